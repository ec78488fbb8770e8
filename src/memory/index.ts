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

/** Every eviction policy by name. By getters: all but the default are read from disk when somebody asks for one. */
export const policies = {
  lru,
  get lfu() {
    return lfu;
  },
  get fifo() {
    return fifo;
  },
  get clock() {
    return clock;
  },
  get sieve() {
    return sieve;
  },
  get 's3-fifo'() {
    return s3Fifo;
  },
  get 'w-tinylfu'() {
    return wTinyLfu;
  },
  get arc() {
    return arc;
  },
  get ttl() {
    return ttl;
  },
  get random() {
    return random;
  },
} as const;

export type PolicyName = keyof typeof policies;
