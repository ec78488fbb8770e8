/**
 * What users import as `scrubjay/nestjs`. Needs @nestjs/common and @nestjs/core, 10, 11 or 12.
 */
export { CacheRegistry } from '../../index.js';
export { ScrubjayHealthIndicator, type ScrubjayHealthResult } from './health.js';
export { cacheToken, InjectCache } from './inject-cache.js';
export { CACHE_CONTROL_OPTIONS, CacheControlInterceptor, type CacheControlOptions } from './interceptor.js';
export { ScrubjayModule } from './module.js';
export type { ScrubjayModuleAsyncOptions, ScrubjayModuleOptions, ScrubjayOptionsFactory } from './options.js';
