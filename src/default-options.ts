/**
 * What may be said for many methods at once: for those of a class, and for those of an application.
 */
import { checkOptions } from './check-options.js';
import { ScrubjayError } from './errors.js';
import type { CachedOptions, DefaultOptions, OfOneMethod } from './options.js';

/** Every one with its name, so that none is forgotten here. */
const OF_ONE_METHOD = Object.keys({ params: 1, omit: 1, key: 1, defaults: 1, secret: 1, index: 1, name: 1 } satisfies Record<OfOneMethod, 1>) as OfOneMethod[];

/** Options of a method on top of defaults. What is no object is left for those who check it. */
export const withDefaults = (options: unknown, defaults: DefaultOptions): unknown =>
  typeof options === 'object' && options !== null && !Array.isArray(options) ? { ...defaults, ...options } : options;

/**
 * Checks what was said for many methods; `where` begins every message, and `refused` are options that have no sense there.
 * @throws SCRUBJAY_BAD_OPTION, SCRUBJAY_UNKNOWN_OPTION and others
 */
export function checkDefaults(options: unknown, where: string, refused: readonly (keyof CachedOptions)[] = []): void {
  checkOptions(options, where);
  const own = OF_ONE_METHOD.find((option) => (options as CachedOptions)[option] !== undefined);
  if (own !== undefined) throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${own} speaks of one method; say it in the @Cached of that method.`);
  const senseless = refused.find((option) => (options as CachedOptions)[option] !== undefined);
  if (senseless !== undefined) throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${senseless} is no default of a registry; say it in @Cached.`);
}
