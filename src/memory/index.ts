/**
 * THE REGISTER of eviction policies: a policy is one file in this folder and one line here. The contract tests walk this table.
 */
import { arc } from './arc.js';
import { clock } from './clock.js';
import { fifo } from './fifo.js';
import { lfu } from './lfu.js';
import { lru } from './lru.js';
import { random } from './random.js';
import { s3Fifo } from './s3-fifo.js';
import { sieve } from './sieve.js';
import { ttl } from './ttl.js';
import { wTinyLfu } from './w-tinylfu.js';

/** Every eviction policy by name. */
export const policies = {
  lru,
  lfu,
  fifo,
  clock,
  sieve,
  's3-fifo': s3Fifo,
  'w-tinylfu': wTinyLfu,
  arc,
  ttl,
  random,
} as const;

export type PolicyName = keyof typeof policies;
