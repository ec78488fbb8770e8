/**
 * Which entries of a cached method a call of another method is about: told by the names of their parameters, or by the user's own function.
 */
import { types } from 'node:util';
import { argumentsFrom, type Pairing, pairUp, partsFrom } from './argument-mapping.js';
import type { CachedMethod } from './cached-method.js';
import { clearing, deletion } from './changes.js';
import { deletionWhere } from './delete-where.js';
import type { CallKey } from './entry-keys.js';
import { type ErrorCode, ScrubjayError } from './errors.js';
import { type BatchPlan, withElement } from './flight/batch-plan.js';
import type { Removal } from './gathering.js';
import { type Parameter, UNNAMED } from './key/parameters.js';
import { describe } from './kinds.js';
import type { WritingSettings } from './writing-options.js';
import type { Site } from './written-sites.js';

/** A method that writes. */
export interface Writer {
  /** Begins every message, such as `@CacheEvict on Users.rename`. */
  readonly where: string;
  readonly parameters: readonly Parameter[];
  /** Why its source does not tell the names of its parameters. */
  readonly reason: string | undefined;
}

type Parts = Readonly<Record<string, unknown>>;

/** The arguments of a call of the cached method, for one element where that takes a list; or parts of its keys; or all there are. */
export type Meant = { readonly calls: readonly (readonly unknown[])[] } | { readonly parts: readonly Parts[] } | 'all';

/** How the arguments of two methods go together. */
interface NamedMapping extends Pairing {
  /** A list among them stands for its elements. */
  readonly isList: boolean;
}

export class MeantEntries {
  readonly #settings: WritingSettings;
  readonly #writer: Writer;
  readonly #mappings = new WeakMap<CachedMethod, NamedMapping>();

  constructor(settings: WritingSettings, writer: Writer) {
    this.#settings = settings;
    this.#writer = writer;
  }

  /**
   * Checks that the entries of a cached method can be told.
   * @throws SCRUBJAY_UNMAPPED
   */
  expectMapped(method: CachedMethod): void {
    const { key, isAll, kind } = this.#settings;
    if (key !== undefined || isAll) return;
    const { pairs, missing } = this.#mappingTo(method);
    if (missing.length === 0) return;
    if (kind === 'put' || pairs.length === 0 || method.keys.rule.pick !== undefined) throw this.#unmapped(method, missing);
  }

  /** Told by name. What cannot be told is all there is: one entry too many costs a load, one too few is a wrong answer. */
  byName({ method }: Site, args: readonly unknown[]): Meant {
    const { pairs, missing, isList } = this.#mappingTo(method);
    const { rule, batch } = method.keys;
    if (missing.length === 0) {
      const call = argumentsFrom(pairs, args);
      return { calls: isList && batch !== undefined ? elementsOf(batch, call) : [call] };
    }
    if (pairs.length === 0 || rule.pick !== undefined) return 'all';
    const parts = partsFrom(pairs, args);
    const element = batch && rule.parameters[batch.listAt]?.name;
    const list = isList && element !== undefined ? parts[element] : undefined;
    return { parts: Array.isArray(list) ? list.map((value) => ({ ...parts, [element as string]: value as unknown })) : [parts] };
  }

  /** Told by the user's function. When that fails, it is said once, and all entries are meant. */
  byHand({ method, cache }: Site, self: unknown, given: readonly unknown[]): Meant {
    const { batch } = method.keys;
    let answer: unknown;
    let cause: unknown;
    try {
      answer = this.#settings.key?.apply(self, given as unknown[]);
    } catch (error) {
      cause = error;
    }
    if (Array.isArray(answer)) return { calls: batch === undefined ? [answer as unknown[]] : elementsOf(batch, answer as unknown[]) };
    if (cause === undefined && isRecord(answer)) return this.#byParts(method, answer);
    const said = types.isNativeError(cause) ? cause.message : cause === undefined ? `it gave ${describe(answer)}` : describe(cause);
    cache.reportOnce(
      new ScrubjayError(
        'SCRUBJAY_KEY_FAILED',
        `${this.#writer.where}: key must give the arguments of ${cache.settings.name} as a list, or parts of its keys by name, such as { id: 'u1' }; it failed: ${said}. All entries went.`,
        { cause },
      ),
    );
    return 'all';
  }

  /** Parts that name every parameter are a call. */
  #byParts(method: CachedMethod, parts: Parts): Meant {
    const { parameters, pick } = method.keys.rule;
    const names = parameters.map(({ name }) => name ?? '');
    const { pairs, missing } = pairUp(
      names.map((name) => ({ ...UNNAMED, name: Object.hasOwn(parts, name) ? name : undefined })),
      parameters,
    );
    const isCall = missing.length === 0 && Object.keys(parts).every((name) => names.includes(name)) && (pick === undefined || parameters.length > 0);
    return isCall
      ? {
          calls: [
            argumentsFrom(
              pairs,
              names.map((name) => parts[name]),
            ),
          ],
        }
      : { parts: [parts] };
  }

  #mappingTo(method: CachedMethod): NamedMapping {
    let mapping = this.#mappings.get(method);
    if (mapping === undefined) this.#mappings.set(method, (mapping = this.#findMapping(method)));
    return mapping;
  }

  #findMapping({ keys: { rule, batch } }: CachedMethod): NamedMapping {
    const { parameters } = this.#writer;
    // A list nobody can see may have any number of parameters.
    const cached = rule.parameters.length === 0 && rule.isComplete !== true ? [UNNAMED] : rule.parameters;
    const plain = pairUp(parameters, cached);
    const element = batch && rule.parameters[batch.listAt];
    if (batch?.listName === undefined || element === undefined) return { ...plain, isList: false };
    const isElement = element.name !== batch.listName && plain.pairs.some(({ to }) => to === batch.listAt);
    if (isElement) return { ...plain, isList: false };
    const { pairs, missing } = pairUp(parameters, withElement(cached, batch.listAt, { ...element, name: batch.listName }) as Parameter[]);
    // Parts of keys are called what the element is called.
    return { pairs: pairs.map((pair) => (pair.to === batch.listAt ? { ...pair, name: element.name ?? pair.name } : pair)), missing, isList: true };
  }

  #unmapped({ keys: { rule }, name }: CachedMethod, missing: readonly string[]): ScrubjayError {
    const { where, parameters, reason } = this.#writer;
    const names = parameters.flatMap(({ name: own, isIgnored }) => (own === undefined || isIgnored ? [] : [own]));
    const has = names.length > 0 ? `has ${names.join(', ')}` : `has no named parameters${reason === undefined ? '' : ` (its source does not tell: ${reason})`}`;
    const wanted =
      this.#settings.kind === 'put'
        ? 'a result is stored under all parameters of the cached method'
        : 'entries are found by the parameters that both methods have';
    const picks = rule.pick === undefined ? '' : ', whose key is picked from all of them';
    const example =
      this.#settings.kind === 'put' ? '(result, ...args) => [the arguments of the cached method]' : '(...args) => [the arguments of the cached method]';
    const all = this.#settings.kind === 'put' ? '' : ', or allEntries: true';
    return new ScrubjayError(
      'SCRUBJAY_UNMAPPED' satisfies ErrorCode,
      `${where}: ${wanted}; the method ${has}, and lacks ${missing.join(', ')} of ${name}${picks}. Name its parameters with @Key or params, or say key: ${example}${all}.`,
    );
  }
}

const isRecord = (value: unknown): value is Parts => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A call for a list as calls for its elements. */
function elementsOf({ listAt }: BatchPlan, call: readonly unknown[]): readonly (readonly unknown[])[] {
  const list: unknown = call[listAt];
  return Array.isArray(list) ? list.map((element: unknown) => withElement(call, listAt, element)) : [call];
}

/**
 * Removes the entries that are meant.
 * @throws SCRUBJAY_KEY_REFUSED, SCRUBJAY_BAD_KEY_NAME
 */
export function removalsOf(site: Site, meant: Meant): readonly Removal[] {
  const { cache, tables, self } = site;
  const { rule } = cache.settings;
  const owner = self === undefined || tables === 'all' ? undefined : { self, table: tables[0] as (typeof tables)[0] };
  if (meant === 'all') return [clearing(cache, tables)];
  if ('parts' in meant) return meant.parts.map((parts) => deletionWhere(cache, parts, owner));
  if (rule.scope === undefined || self !== undefined) {
    const keys = keysOf(site, meant.calls);
    return keys === 'all' ? [clearing(cache, tables)] : [deletion(cache, tables, keys)];
  }
  // Of whichever value separates the instances.
  const named = meant.calls.map((call) =>
    rule.parameters.flatMap(({ name, isRest, isIgnored }, at) =>
      name === undefined || isIgnored ? [] : [[name, isRest ? call.slice(at) : call[at]] as const],
    ),
  );
  if (rule.pick !== undefined || named.some((parts) => parts.length === 0)) return [clearing(cache, tables)];
  return named.map((parts) => deletionWhere(cache, Object.fromEntries(parts), undefined));
}

/** The keys of calls. Of those that have none nothing is stored, unless the user's own function has failed: then all may be meant. */
export function keysOf({ cache, tables, self }: Site, calls: readonly (readonly unknown[])[]): readonly CallKey[] | 'all' {
  const table = tables === 'all' ? cache.tables.first : (tables[0] as (typeof tables)[0]);
  const keys: CallKey[] = [];
  for (const call of calls) {
    try {
      keys.push(cache.keyOf(table, self, call));
    } catch (error) {
      const { code } = error as ScrubjayError;
      if (code === 'SCRUBJAY_KEY_REFUSED' && cache.settings.unkeyable === 'throw') throw error;
      if (code === 'SCRUBJAY_KEY_REFUSED') continue;
      cache.reportOnce(error as ScrubjayError);
      return 'all';
    }
  }
  return keys;
}
