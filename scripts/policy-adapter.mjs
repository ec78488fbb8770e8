/**
 * Plays a trace of requests through an eviction policy of the built library, and counts hits: look up; on a miss, insert.
 * Keys are small whole numbers; their hashes are all different, as those of whole numbers are in the library.
 */
import { lfuWith, policies, randomWith } from '../dist/esm/index.js';

const RANDOM_SEEDS = 10;

function hashOf(key) {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Hits of one policy. `ttlOf` gives the time to live of a key, in requests; without it entries never end. */
export function hitsOf(policy, capacity, keys, ttlOf) {
  const slotOf = new Int32Array(keys.reduce((most, key) => Math.max(most, key), 0) + 1).fill(-1);
  const keyAt = new Int32Array(capacity);
  const deadlines = new Float64Array(capacity).fill(Number.POSITIVE_INFINITY);
  const order = policy.order({ capacity, deadlineOf: (slot) => deadlines[slot], changed() {} });
  let size = 0;
  let hits = 0;
  for (let request = 0; request < keys.length; request++) {
    const key = keys[request];
    let slot = slotOf[key];
    const isHere = slot >= 0;
    if (isHere && request < deadlines[slot]) {
      hits++;
      order.touch(slot);
      continue;
    }
    const deadline = ttlOf === undefined ? Number.POSITIVE_INFINITY : request + ttlOf(key);
    if (isHere) {
      deadlines[slot] = deadline;
      order.update(slot);
      continue;
    }
    const hash = hashOf(key);
    order.expect?.(hash);
    if (size < capacity) slot = size++;
    else {
      slot = order.evict();
      slotOf[keyAt[slot]] = -1;
    }
    slotOf[key] = slot;
    keyAt[slot] = key;
    deadlines[slot] = deadline;
    order.insert(slot, hash);
  }
  return hits;
}

const NAMES = { S3FIFO: 's3-fifo', WTINYLFU: 'w-tinylfu' };

/** What the reference asks for: hits, or `null` for a policy that the library does not have. */
export function simulate(name, capacity, keys) {
  if (name === 'LFU') return hitsOf(lfuWith({ aging: false }), capacity, keys);
  if (name === 'RANDOM') {
    let sum = 0;
    for (let seed = 1; seed <= RANDOM_SEEDS; seed++) sum += hitsOf(randomWith({ seed }), capacity, keys);
    return Math.round(sum / RANDOM_SEEDS);
  }
  if (name === 'TTL') return hitsOf(policies.ttl, capacity, keys, (key) => capacity * (1 + (key % 4)));
  const policy = policies[NAMES[name] ?? name.toLowerCase()];
  return policy === undefined ? null : hitsOf(policy, capacity, keys);
}
