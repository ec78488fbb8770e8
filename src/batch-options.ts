/**
 * What a user may say to `@CachedBatch` beyond what `@Cached` takes, and the check of it, which runs once, when the class is defined.
 */
import { expectNoWaits } from './check-loads.js';
import { checkOptions } from './check-options.js';
import { ScrubjayError } from './errors.js';
import type { BatchShape } from './flight/batch-result.js';
import type { Parameter } from './key/parameters.js';
import { UNNAMED } from './key/parameters.js';
import { wrong } from './misuse.js';
import type { Settings } from './options.js';

/** What `@CachedBatch` takes beside the options of `@Cached`, all of which speak of one element. */
export interface BatchOptions<Returns extends BatchShape = BatchShape, Gathers extends boolean = boolean> {
  /** The name of the parameter that takes the list. Default: the first one. */
  ids?: string;
  /** What one element is called in keys: `element: 'id'` makes `id="u1"` of `ids`. Default: the name of the list's parameter. */
  element?: string;
  /** What the method gives: a list in the order of the ids, or a Map by id. Default `'list'`. */
  returns?: Returns;
  /** The most ids that the method is given in one call; more are loaded in several calls at once. A whole number, 1 or more. Default: no limit. */
  maxBatch?: number;
  /**
   * Calls of one tick of the event loop are loaded together: also those of single ids, and those that follow from promises that were settled already.
   * Only for methods that answer with promises. Default `false`: each call loads what it misses at once.
   */
  gather?: Gathers;
}

/** The same after the checks. */
export interface BatchSettings {
  readonly ids: string | undefined;
  readonly element: string | undefined;
  readonly returns: BatchShape;
  readonly maxBatch: number;
  readonly gather: boolean;
}

/** Every option with its name, so that none is forgotten here. */
const KNOWN_BATCH = Object.keys({ ids: 1, element: 1, returns: 1, maxBatch: 1, gather: 1 } satisfies Record<keyof BatchOptions, 1>);

/** Checks what the user said, the options of `@Cached` included. */
export function checkBatchOptions(options: unknown, where: string): { readonly settings: Settings; readonly batch: BatchSettings } {
  const isRecord = typeof options === 'object' && options !== null && !Array.isArray(options);
  const said: Readonly<Record<string, unknown>> = isRecord ? { ...options } : {};
  const others = Object.fromEntries(Object.entries(said).filter(([option]) => !KNOWN_BATCH.includes(option)));
  const settings = checkOptions(isRecord ? others : options, where, KNOWN_BATCH);
  return {
    settings,
    batch: {
      ids: name(said['ids'], "ids must be the name of the parameter that takes the list, such as 'ids'", where),
      element: name(said['element'], "element must be the name of one element in keys, such as 'id', and not begin with $", where),
      returns: shape(said['returns'], where),
      maxBatch: mostIds(said['maxBatch'], where),
      gather: flag(said['gather'], where),
    },
  };
}

function name(value: unknown, wanted: string, where: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && /^[^$\s.]/.test(value))) return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, wanted, value);
}

function shape(value: unknown, where: string): BatchShape {
  if (value === undefined) return 'list';
  if (value === 'list' || value === 'map') return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "returns must be 'list' or 'map'", value);
}

function mostIds(value: unknown, where: string): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= 1))) return value;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'maxBatch must be a whole number of ids, 1 or more', value);
}

function flag(value: unknown, where: string): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'gather must be true or false', value);
}

/**
 * Stale results need a load of their elements behind the caller's back, or in the place of an error, one by one. For that the method must answer with promises.
 * @throws SCRUBJAY_BAD_OPTION
 */
export function expectPromises({ freshness, loads }: Settings, promises: boolean, where: string): void {
  const { staleWhileRevalidateMs, staleIfErrorMs, refreshAt } = freshness;
  const said = staleWhileRevalidateMs > 0 ? 'staleWhileRevalidate' : staleIfErrorMs > 0 ? 'staleIfError' : refreshAt < 1 ? 'refreshAhead' : undefined;
  if (promises) return;
  expectNoWaits(loads, where);
  if (said === undefined) return;
  throw misfit('SCRUBJAY_BAD_OPTION', where, `${said} is for lists that are answered with promises`, `Make the method async, or take ${said} away.`);
}

/** Where the list stands among the arguments. */
export interface ListPlace {
  readonly index: number;
  /** The parameters of a call for one element. */
  readonly parameters: readonly Parameter[];
}

/**
 * Finds the list among the parameters of a method, and names its elements.
 * @throws SCRUBJAY_BAD_KEY_NAME, SCRUBJAY_BAD_OPTION, SCRUBJAY_BAD_DECORATOR
 */
export function placeOfList({ ids, element }: BatchSettings, known: { parameters: readonly Parameter[]; isComplete: boolean }, where: string): ListPlace {
  const { parameters, isComplete } = known;
  const index = ids === undefined ? 0 : parameters.findIndex((parameter) => parameter.name === ids);
  if (index === -1) {
    const advice = `no parameter has that name; name it with @Key('${ids}') or params`;
    throw new ScrubjayError('SCRUBJAY_BAD_KEY_NAME', `${where}: ids names ${JSON.stringify(ids)}, and ${advice}.`);
  }
  const list = parameters[index] ?? UNNAMED;
  expectList(list, isComplete && parameters.length === 0, where);
  if (element === undefined) return { index, parameters };
  if (parameters.some((parameter, other) => other !== index && parameter.name === element)) {
    throw new ScrubjayError('SCRUBJAY_BAD_KEY_NAME', `${where}: element is ${JSON.stringify(element)}, and a parameter has that name; take another.`);
  }
  return { index, parameters: Object.assign([...parameters], { [index]: { ...list, name: element } }) };
}

function expectList({ name: shown = 'the list', isRest, isIgnored, defaultValue }: Parameter, isMissing: boolean, where: string): void {
  if (isMissing) throw misfit('SCRUBJAY_BAD_DECORATOR', where, 'the method has no parameter that could take a list', 'Use @Cached.');
  if (isRest) throw misfit('SCRUBJAY_BAD_DECORATOR', where, `'...${shown}' takes the ids one by one`, `Take a list, ${shown}, or name another one with ids.`);
  if (isIgnored) throw misfit('SCRUBJAY_BAD_OPTION', where, `${shown} is left out of the key, and all ids would be one`, 'Let it be part of the key.');
  if (defaultValue !== undefined)
    throw misfit('SCRUBJAY_BAD_OPTION', where, `defaults says what stands for a missing ${shown}, and there is no batch without`, 'Take it out.');
}

const misfit = (code: 'SCRUBJAY_BAD_DECORATOR' | 'SCRUBJAY_BAD_OPTION', where: string, found: string, advice: string): ScrubjayError =>
  new ScrubjayError(code, `${where} stands before a method that takes a list of ids; ${found}. ${advice}`);
