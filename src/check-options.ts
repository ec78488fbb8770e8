/**
 * The checks of what a user said to `@Cached`, which run once, when the class is defined.
 */
import { types } from 'node:util';
import { checkFreshness } from './check-freshness.js';
import { checkLimits, DEFAULT_LIMITS } from './check-limits.js';
import { checkLoads } from './check-loads.js';
import { checkPersist } from './check-persist.js';
import { ScrubjayError } from './errors.js';
import type { Isolate } from './isolation.js';
import { readParameter } from './key/parameters.js';
import { checkFlag, expectKnown, expectRecord, expectType, wrong } from './misuse.js';
import type { CachedOptions, Registrar, Settings } from './options.js';
import { checkTags } from './tagging.js';

/** Every option with its name, so that none is forgotten here. */
const KNOWN = Object.keys({
  capacity: 1,
  ttl: 1,
  nullTtl: 1,
  idle: 1,
  jitter: 1,
  staleWhileRevalidate: 1,
  staleIfError: 1,
  retryAfterError: 1,
  refreshAhead: 1,
  cacheErrors: 1,
  softTimeout: 1,
  hardTimeout: 1,
  maxLoads: 1,
  maxQueuedLoads: 1,
  policy: 1,
  maxBytes: 1,
  maxEntryBytes: 1,
  sizeOf: 1,
  persist: 1,
  params: 1,
  omit: 1,
  key: 1,
  defaults: 1,
  secret: 1,
  hashKeys: 1,
  pepper: 1,
  unkeyable: 1,
  identity: 1,
  index: 1,
  when: 1,
  unless: 1,
  isolate: 1,
  scope: 1,
  tags: 1,
  name: 1,
  registry: 1,
} satisfies Record<keyof CachedOptions, 1>);

/** Checks what the user said. `where` begins every message, such as `@Cached on Users.find`; `others` are options that somebody else has checked. */
export function checkOptions(options: unknown, where: string, others: readonly string[] = []): Settings {
  const said = expectRecord(options ?? {}, where, 'options');
  expectKnown(said, [...KNOWN, ...others], where, 'option');
  expectFitting(said, where);
  const freshness = checkFreshness(said, where);
  const { ttlMs, idleMs, refreshAt, staleWhileRevalidateMs, staleIfErrorMs } = freshness;
  return {
    limits: { ...checkLimits(said, DEFAULT_LIMITS, where), ttlMs, idleMs, refreshAt, graceMs: Math.max(staleWhileRevalidateMs, staleIfErrorMs) },
    freshness,
    loads: checkLoads(said, freshness, where),
    persist: said['persist'] === undefined ? undefined : checkPersist(said['persist'], where),
    parameters: names(said['params'], 'params', where)?.map((name) => readParameter(name, `${where}: params`)),
    omitted: names(said['omit'], 'omit', where) ?? [],
    pick: expectType(said, 'key', 'function', 'a function of the arguments', where) as Settings['pick'],
    defaults: said['defaults'] === undefined ? {} : expectRecord(said['defaults'], where, 'defaults'),
    secrets: names(said['secret'], 'secret', where) ?? [],
    index: names(said['index'], 'index', where),
    hashKeys: flag(said, 'hashKeys', where),
    pepper: checkPepper(said['pepper'], where),
    unkeyable: checkUnkeyable(said['unkeyable'], where),
    identity: flag(said, 'identity', where),
    when: expectType(said, 'when', 'function', 'a function of the arguments that says whether to cache', where) as Settings['when'],
    unless: expectType(said, 'unless', 'function', 'a function of the result and the arguments that says whether not to store it', where) as Settings['unless'],
    isolate: checkIsolate(said['isolate'], where),
    scope: checkScope(said['scope'], where),
    tags: typeof said['tags'] === 'function' ? (said['tags'] as Settings['tags']) : said['tags'] === undefined ? undefined : checkTags(said['tags'], where),
    isScopeSaid: said['scope'] !== undefined,
    name: checkName(said['name'], where),
    registry: checkRegistry(said['registry'], where),
  };
}

/** Options that make no sense together: `[one, other, why]`. */
const UNFITTING: readonly (readonly [one: keyof CachedOptions, other: keyof CachedOptions, why: string])[] = [
  ['identity', 'persist', 'the identity of an object ends with its process'],
  ['key', 'omit', 'key picks by hand'],
  ['key', 'defaults', 'key picks by hand'],
  ['key', 'secret', 'key picks by hand; hashKeys hides what it picks'],
  ['key', 'index', 'key picks by hand'],
  ['hashKeys', 'index', 'hidden keys do not tell their parts'],
];

function expectFitting(said: Readonly<Record<string, unknown>>, where: string): void {
  const isSaid = (option: string): boolean => said[option] !== undefined && said[option] !== false;
  const unfitting = UNFITTING.find(([one, other]) => isSaid(one) && isSaid(other));
  if (unfitting === undefined) return;
  const [one, other, why] = unfitting;
  throw new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where}: ${one} and ${other} do not go together: ${why}. Take one of them away.`);
}

const flag = (said: Readonly<Record<string, unknown>>, option: string, where: string): boolean => checkFlag(said[option] ?? false, option, where);

function checkPepper(pepper: unknown, where: string): Uint8Array | undefined {
  const bytes = typeof pepper === 'string' ? Buffer.from(pepper) : pepper;
  if (bytes === undefined || (types.isUint8Array(bytes) && bytes.length > 0)) return bytes;
  // Not shown: it is a secret.
  throw new ScrubjayError(
    'SCRUBJAY_BAD_OPTION',
    `${where}: pepper must be text or bytes, not empty; got ${typeof pepper === 'string' ? "''" : typeof pepper}. Leave it out to use SCRUBJAY_PEPPER.`,
  );
}

function checkUnkeyable(unkeyable: unknown, where: string): Settings['unkeyable'] {
  if (unkeyable === undefined) return 'throw';
  if (unkeyable === 'throw' || unkeyable === 'bypass') return unkeyable;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "unkeyable must be 'throw' or 'bypass'", unkeyable);
}

function checkIsolate(isolate: unknown, where: string): Isolate {
  if (isolate === undefined) return 'shared';
  if (isolate === 'shared' || isolate === 'freeze' || isolate === 'clone') return isolate;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "isolate must be 'shared', 'freeze' or 'clone'", isolate);
}

function checkScope(scope: unknown, where: string): Settings['scope'] {
  if (scope === undefined) return 'instance';
  if (scope === 'instance' || scope === 'class' || typeof scope === 'function') return scope as Settings['scope'];
  throw wrong('SCRUBJAY_BAD_OPTION', where, "scope must be 'instance', 'class' or a function of the instance", scope);
}

function checkName(name: unknown, where: string): string | undefined {
  if (name === undefined || (typeof name === 'string' && name.trim() !== '' && name.length <= 200)) return name;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'name must be text of 1 to 200 characters', name);
}

function checkRegistry(registry: unknown, where: string): Registrar | undefined {
  if (registry === undefined) return undefined;
  if (typeof registry === 'object' && registry !== null && 'register' in registry && 'place' in registry) return registry as Registrar;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'registry must be a CacheRegistry', registry);
}

function names(list: unknown, option: string, where: string): readonly string[] | undefined {
  if (list === undefined || (Array.isArray(list) && list.every((name) => typeof name === 'string'))) return list as readonly string[] | undefined;
  throw wrong('SCRUBJAY_BAD_OPTION', where, `${option} must be a list of parameter names, such as ['id', 'locale']`, list);
}
