/**
 * THE REGISTER of persistence drivers: a driver is one file in this folder and one line here. The contract tests walk this table.
 */
import type { PersistDriver } from '../contract.js';
import { jsonl } from './jsonl.js';
import { msgpack } from './msgpack.js';

/** Every driver that comes with scrubjay, by the name users give in `persist`. */
export const drivers = { jsonl, msgpack } as const satisfies Record<string, PersistDriver>;

/** A driver of scrubjay's own, by name. */
export type DriverName = keyof typeof drivers;
