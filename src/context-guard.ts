/**
 * Finds results that depend on something of the request which is not part of their key: the next caller, of another tenant, would be given them.
 */
import { ScrubjayError } from './errors.js';
import { Reads, record } from './flight/context-reads.js';
import type { KeyRule } from './key/call-key.js';
import { argumentText } from './key/canonical-text.js';
import { isPrimitive } from './kinds.js';
import type { Switches } from './switches.js';

/** Whose loads are guarded. */
export interface GuardedCache {
  readonly settings: {
    readonly name: string;
    readonly rule: KeyRule;
    /** Whether each instance has entries of its own, so that what it holds is part of the key. */
    readonly isByInstance: boolean;
    readonly report: (error: ScrubjayError) => void;
  };
  readonly switches: Switches;
}

/** One load that is looked at. */
export interface GuardedLoad {
  run<T>(work: () => T): T;
  /** Whether the result may be stored; what it depends on is reported. */
  mayBeStored(): boolean;
}

export class ContextGuard {
  readonly #cache: GuardedCache;
  /** The stores that were reported; once is enough. */
  readonly #reported = new Set<string>();

  constructor(cache: GuardedCache) {
    this.#cache = cache;
  }

  /** A load of the call `self.method(...args)` begins; `undefined` where nobody looks. */
  begin(self: unknown, args: readonly unknown[]): GuardedLoad | undefined {
    const { contextGuard } = this.#cache.switches;
    if (contextGuard === 'off') return undefined;
    const reads = new Reads();
    let parts: ReadonlySet<string>;
    try {
      // Now: the method may change its arguments.
      parts = this.#textsInKey(self, args);
    } catch {
      return undefined;
    }
    return {
      run: (work) => {
        reads.tellCaller();
        return record(reads, work);
      },
      mayBeStored: () => {
        const foreign = reads.all.filter(({ value }) => !parts.has(textOf(value)));
        for (const { store } of foreign) this.#report(store);
        return foreign.length === 0 || contextGuard === 'report';
      },
    };
  }

  #report(store: string): void {
    if (this.#reported.has(store)) return;
    this.#reported.add(store);
    const { name, report } = this.#cache.settings;
    report(
      new ScrubjayError(
        'SCRUBJAY_CONTEXT_UNKEYED',
        `the result of ${name} depends on ${store}, which is not in the key: the method has read it from the context of the request, and callers with another ${store} would get the same result. ` +
          'Make it an argument, or part of the key: key, or scope.',
      ),
    );
  }

  /** The texts of everything that makes the key, at any depth. */
  #textsInKey(self: unknown, args: readonly unknown[]): ReadonlySet<string> {
    const { rule, isByInstance } = this.#cache.settings;
    const { pick, scope } = rule;
    const parts = pick === undefined ? argumentsInKey(rule, args) : [pick.apply(self, args as never[])];
    if (scope !== undefined) parts.push(scope(self as never));
    const texts = new Set<string>();
    for (const part of parts) addTexts(part, texts);
    if (isByInstance && typeof self === 'object' && self !== null) for (const held of Object.values(self)) if (isPrimitive(held)) texts.add(textOf(held));
    return texts;
  }
}

/** The arguments that are part of the key, and what stands for those that are missing. */
function argumentsInKey({ parameters }: KeyRule, args: readonly unknown[]): unknown[] {
  const last = parameters.at(-1);
  const parameterOf = (index: number): KeyRule['parameters'][number] | undefined => parameters[index] ?? (last?.isRest === true ? last : undefined);
  const given = args.filter((_value, index) => parameterOf(index)?.isIgnored !== true);
  const missing = parameters.filter(({ isIgnored }, index) => !isIgnored && args[index] === undefined);
  return [...given, ...missing.map(({ defaultValue }) => defaultValue)];
}

/** Values beyond so many are not looked at. */
const MOST = 10_000;

function addTexts(part: unknown, texts: Set<string>): void {
  const open = [part];
  const met = new Set<unknown>();
  for (let next = open.pop(); met.size < MOST; next = open.pop()) {
    if (!met.has(next)) {
      met.add(next);
      texts.add(textOf(next));
      if (next instanceof Map || next instanceof Set) open.push(...[...next].flat());
      else if (typeof next === 'object' && next !== null) open.push(...Object.values(next));
    }
    if (open.length === 0) return;
  }
}

/** The same for values that are the same in keys, and for a number and its digits. */
function textOf(value: unknown): string {
  if (isPrimitive(value)) return String(value);
  try {
    return argumentText(value);
  } catch {
    return identityOf(value as object);
  }
}

const identities = new WeakMap<object, string>();
let count = 0;

function identityOf(value: object): string {
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = `object ${++count}`));
  return identity;
}
