/**
 * A health indicator for @nestjs/terminus, by its contract: `health.check([() => caches.isHealthy('caches')])`. The package itself is not needed.
 */
import { Inject, Injectable, Optional } from '@nestjs/common';
import { CacheRegistry, ScrubjayError } from '../../index.js';

/** What terminus shows of one indicator. */
export type ScrubjayHealthResult<Key extends string = string> = Record<Key, { status: 'up' | 'down'; caches?: Record<string, string> }>;

/** Whether every cache of the application is as its options want it. */
export class ScrubjayHealthIndicator {
  readonly #registry: CacheRegistry;

  constructor(registry: CacheRegistry | undefined) {
    if (registry === undefined) throw moduleMissing('ScrubjayHealthIndicator');
    this.#registry = registry;
  }

  /**
   * `{ caches: { status: 'up' } }`. A cache whose disk fails answers calls all the same, so let this count for a warning, and not for a restart.
   * @throws what terminus takes for "down", with the caches that are not healthy and why
   */
  isHealthy<const Key extends string = 'caches'>(key = 'caches' as Key): ScrubjayHealthResult<Key> {
    const { isHealthy, caches } = this.#registry.health();
    if (isHealthy) return { [key]: { status: 'up' } } as ScrubjayHealthResult<Key>;
    const ill = Object.entries(caches).filter(([, cache]) => !cache.isHealthy);
    const causes = { [key]: { status: 'down', caches: Object.fromEntries(ill.map(([name, { state, error }]) => [name, error?.message ?? state])) } };
    throw Object.assign(new Error(`${key}: ${ill.map(([name]) => name).join(', ')} not as wanted`), { isHealthCheckError: true, causes });
  }
}

Injectable()(ScrubjayHealthIndicator);
Optional()(ScrubjayHealthIndicator, undefined, 0);
Inject(CacheRegistry)(ScrubjayHealthIndicator, undefined, 0);

/** Somebody uses what only an application with the module has. */
function moduleMissing(who: string): ScrubjayError {
  return new ScrubjayError('SCRUBJAY_MODULE_MISSING', `${who} needs the caches of the application; import ScrubjayModule.forRoot() in its root module.`);
}
