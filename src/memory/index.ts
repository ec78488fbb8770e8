/**
 * THE REGISTER of eviction policies: a policy is one file in this folder and one line here. The contract tests walk this table.
 */
import { Lru } from './lru.js';
import type { EvictionPolicy } from './policy.js';

/** Every eviction policy by name; each makes itself for a capacity in entries. */
export const policies = {
  lru: (capacity: number): EvictionPolicy => new Lru(capacity),
} as const;
