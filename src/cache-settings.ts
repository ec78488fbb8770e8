/**
 * What a method's cache is made from, when everything is known.
 */
import type { PersistPlan } from './cache-disk.js';
import type { EntryLimits } from './entry-limits.js';
import type { ScrubjayError } from './errors.js';
import type { BatchPlan } from './flight/batch-plan.js';
import type { Freshness, Unless } from './freshness.js';
import type { Isolate } from './isolation.js';
import type { KeyRule } from './key/call-key.js';
import type { LoadLimits } from './load-limits.js';
import type { ValueCodecs } from './persist/contract.js';
import type { TagsSetting } from './tagging.js';

export type AnyMethod = (this: any, ...args: any[]) => any;

export interface CacheSettings {
  /** Its name in the registry. */
  readonly name: string;
  readonly method: AnyMethod;
  /** The class and the method, as events show them: `Users.find`. */
  readonly methodName: string;
  /** Something other than its kind says that the method answers with promises. */
  readonly returnsPromise: boolean;
  /** How much it holds, and for how long, to begin with. */
  readonly limits: EntryLimits;
  readonly freshness: Freshness;
  readonly loads: LoadLimits;
  readonly unless: Unless | undefined;
  readonly rule: KeyRule;
  /** How callers are kept from changing results for each other, and what there is to know of the classes in them. */
  readonly isolate: Isolate;
  readonly codecs: ValueCodecs;
  /** Whether each instance has entries of its own. */
  readonly isByInstance: boolean;
  /** The parts of keys by which entries are found without looking at all of them; `undefined` for none. */
  readonly index?: readonly string[] | undefined;
  /** What results are tagged with; `undefined` for nothing. */
  readonly tags?: TagsSetting | undefined;
  /** What becomes of a call whose arguments have no honest key. */
  readonly unkeyable: 'throw' | 'bypass';
  /** How the calls of a method that takes a list become calls of this cache; `undefined` for the cache of any other method. */
  readonly batch?: BatchPlan | undefined;
  /** Where and how the cache is kept on disk; asked for when it is opened, and then it may be nowhere. `undefined` for memory only. */
  readonly persist: (() => PersistPlan | undefined) | undefined;
  /** Asked before it is opened; throws where its application is not to do that yet. */
  readonly expectOpened?: () => void;
  /** Tells the application what went wrong without failing a call. */
  readonly report: (error: ScrubjayError) => void;
  /** Told when the cache was made as new: nobody has a table in it any more. */
  readonly wasReset?: () => void;
}
