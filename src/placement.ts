/**
 * How messages speak of the place where a decorator stands.
 */
import { ScrubjayError } from './errors.js';

/** The name of a method as messages and registries show it. */
export const methodText = (name: string | symbol): string => (typeof name === 'symbol' ? `[${String(name)}]` : name);

/** Something stands where it cannot work: what was wanted, what was found, what to do. */
export const misplaced = (wanted: string, found: string, advice: string): ScrubjayError =>
  new ScrubjayError('SCRUBJAY_BAD_DECORATOR', `${wanted}; ${found}. ${advice}`);
