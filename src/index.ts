/**
 * The front door of scrubjay: caching for service methods.
 */
export { adopt, type CachedMember, cachedMembersOf } from './adopt.js';
export type { BatchOptions } from './batch-options.js';
export type { BatchDecoratorOfBothKinds, CachedBatchDecorator, CachedBatchFunction, CachedBatchOptions, ElementMethod } from './batch-types.js';
export { type CacheControl, withCacheControl } from './cache-control.js';
export { CacheHandle, type ValueOf } from './cache-handle.js';
export { cacheOf } from './cache-of.js';
export { Cached, cached } from './cached.js';
export { CachedBatch, cachedBatch } from './cached-batch.js';
export type { CachedDecorator, CachedFunction, MethodDecoratorOfBothKinds } from './decorator-types.js';
export { type ErrorCode, isScrubjayError, ScrubjayError } from './errors.js';
export type { BatchShape } from './flight/batch-result.js';
export type { CacheHealth, RegistryHealth } from './health.js';
export { type ClassRegistration, registerClass } from './key/registered-classes.js';
export { Key } from './key-decorator.js';
export { keyOf } from './key-of.js';
export type { Bytes, Duration, LimitOptions } from './limit-options.js';
export { type PolicyName, policies } from './memory/index.js';
export { lfuWith } from './memory/lfu.js';
export type { EvictionOrder, EvictionPolicy, PolicyContext, RestoredEntry } from './memory/policy.js';
export type { PressureEvent, PressurePart, PressureState } from './memory/pressure-report.js';
export { randomWith } from './memory/random.js';
export type { SizerName } from './memory/size-of.js';
export { wTinyLfuWith } from './memory/w-tinylfu.js';
export type { AnyMethod } from './method-cache.js';
export type { MethodStats, PersistenceStats } from './method-stats.js';
export type { ErrorWhen, KeyOf, Misuse, ParameterName, ScopeOf, TagsOf, TtlOf, UnlessOf, WhenOf } from './method-types.js';
export type { CachedOptions, CacheErrors, ClassCodec, InstanceClass, PersistOptions, Reviving } from './options.js';
export type { PersistDriver } from './persist/contract.js';
export type { Durability, JournalState, OnLocked } from './persist/journal-options.js';
export type { RecoveryReport } from './persist/recovery.js';
export type { OnDamage, RecoveryProgress } from './persist/recovery-source.js';
export type { MemoryPressureOptions, MemoryReport } from './process-memory.js';
export { CacheRegistry, type OpenOptions, type OpenProgress, type OpenReport, type RegistryOptions, registries, registry } from './registry.js';
export type { CacheEvent, CacheEventListener, CacheEventName, CacheEventReason } from './stats/cache-events.js';
