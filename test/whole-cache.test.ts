/**
 * A cached method with all of its organs, against a plain list of calls told apart by their canonical texts: whatever is asked of it, in whatever
 * order, everyday calls and others, it answers as the list would, and holds what the list holds.
 */
import fc from 'fast-check';
import { type CachedOptions, CacheRegistry, cached, cacheOf } from '../src/index';
import { keyOfCall } from '../src/key/call-key';
import { anyValue, dice, edited, reordered } from './key/arbitrary-values';
import { aRule, named } from './key/calls';
import { manualClockForEachTest } from './support/manual-clock';

const time = manualClockForEachTest();

const rule = aRule({ parameters: named('a', 'b'), isComplete: true });
const TTL = 50;

interface Held {
  readonly service: number;
  readonly text: string;
  readonly value: object;
  readonly endsAt: number;
}

/** What a cache is, in as few words as possible: the entries, least recently used first. */
class Model {
  held: Held[] = [];
  capacity: number;
  readonly #ttl: number;

  constructor(capacity: number, ttl: number) {
    this.capacity = capacity;
    this.#ttl = ttl;
  }

  find(service: number, text: string): Held | undefined {
    return this.held.find((entry) => entry.service === service && entry.text === text && time.clock.now() < entry.endsAt);
  }

  use(used: Held): void {
    this.held = [...this.held.filter((entry) => entry !== used), used];
  }

  put(service: number, text: string, value: object): void {
    this.remove(service, text);
    while (this.held.length >= this.capacity) this.held.shift();
    this.held.push({ service, text, value, endsAt: time.clock.now() + this.#ttl });
  }

  remove(service: number, text: string): void {
    this.held = this.held.filter((entry) => entry.service !== service || entry.text !== text);
  }
}

const argument = fc.oneof(
  { weight: 3, arbitrary: anyValue },
  { weight: 2, arbitrary: fc.nat(6) },
  { weight: 2, arbitrary: fc.nat(6).map((number) => `id ${number}`) },
  { weight: 2, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(0, 1, '1', null, Number.NaN), { maxKeys: 3 }) },
);

const kinds = ['call', 'call', 'call', 'call', 'call', 'delete', 'set', 'has', 'peek', 'get', 'wait', 'capacity', 'clear'] as const;
/** Room for everything: which of those past their time still take up room is the cache's own affair. */
const ROOMY = 1000;
const run = fc.record({
  calls: fc.array(fc.array(argument, { maxLength: 2 }), { minLength: 2, maxLength: 8 }),
  seed: fc.integer(),
  length: fc.integer({ min: 10, max: 150 }),
});

/** One of the calls, as it is, as a copy whose parts are in another order, or with one part changed; the arguments are its own. */
function someArguments(calls: readonly (readonly unknown[])[], roll: () => number): unknown[] {
  const call = calls[Math.floor(roll() * calls.length)] as readonly unknown[];
  // An edited call may share parts with the original.
  const args = reordered(roll() < 0.15 ? edited(reordered(call, roll), roll) : call, roll);
  return (Array.isArray(args) ? args : [args]).slice(0, 2) as unknown[];
}

/** What callers do with their own arguments afterwards is their affair. */
function spoil(args: readonly unknown[]): void {
  for (const value of args) {
    if (Array.isArray(value)) value.push('more');
    else if (value instanceof Map) value.set('more', 1);
    else if (value instanceof Set) value.add('more');
    else if (value instanceof Date) value.setTime(7);
    else if (value instanceof Uint8Array) value.fill(9);
    else if (typeof value === 'object' && value !== null) Object.defineProperty(value, 'more', { value: 1, enumerable: true, configurable: true });
  }
}

function textOf(args: readonly unknown[]): string | undefined {
  try {
    return keyOfCall(rule, undefined, args);
  } catch {
    return undefined;
  }
}

test.each<[string, CachedOptions]>([
  ['nothing said', {}],
  ['with a ttl', { ttl: TTL, capacity: ROOMY }],
  ['bytes are counted', { maxBytes: '64mb' }],
  ['one cache for both services', { scope: 'class' }],
])('%s: a cached method answers and holds what a list of calls would', (_what, options) => {
  fc.assert(
    fc.property(run, ({ calls, seed, length }) => {
      let loads = 0;
      class Service {
        find(_a?: unknown, _b?: unknown): object {
          return { loaded: ++loads };
        }
      }
      cached(Service, 'find', { capacity: 5, params: ['a', 'b'], ...options, registry: new CacheRegistry() });
      const services = [new Service(), new Service()] as const;
      const model = new Model(options.capacity ?? 5, options.ttl === undefined ? Number.POSITIVE_INFINITY : TTL);
      const roll = dice(seed);
      for (let step = 0; step < length; step++) {
        const deed = kinds[Math.floor(roll() * kinds.length)];
        const which = roll() < 0.5 ? 0 : 1;
        const service = services[which];
        const handle = cacheOf(service, 'find');
        const owner = options.scope === 'class' ? 0 : which;
        const args = someArguments(calls, roll) as [unknown?, unknown?];
        const text = textOf(args);
        if (deed === 'wait') time.clock.advance(Math.floor(roll() * TTL));
        else if (deed === 'capacity') {
          if (options.ttl !== undefined) continue;
          model.capacity = 1 + Math.floor(roll() * 8);
          handle.configure({ capacity: model.capacity });
          model.held = model.held.slice(-model.capacity);
        } else if (deed === 'clear') {
          if (roll() < 0.7) continue;
          void handle.clear();
          model.held = [];
        } else if (text === undefined) continue;
        else if (deed === 'call') {
          const known = model.find(owner, text);
          const before = loads;
          const answer = service.find(...args);
          if (known === undefined) {
            expect(loads).toBe(before + 1);
            model.put(owner, text, answer);
          } else {
            expect([answer === known.value, loads]).toEqual([true, before]);
            model.use(known);
          }
        } else if (deed === 'delete') {
          void handle.delete(...args);
          model.remove(owner, text);
        } else if (deed === 'set') {
          const value = { set: step };
          void handle.set(args, value);
          model.put(owner, text, value);
        } else {
          const known = model.find(owner, text);
          if (deed === 'has') expect(handle.has(...args)).toBe(known !== undefined);
          else expect(handle[deed as 'peek' | 'get'](...args)).toBe(known?.value);
          if (deed === 'get' && known !== undefined) model.use(known);
        }
        spoil(args);
        const fresh = model.held.filter(({ endsAt }) => time.clock.now() < endsAt);
        const all = services.slice(0, options.scope === 'class' ? 1 : 2).flatMap((each) => cacheOf(each, 'find').keys());
        expect(all.sort()).toEqual(fresh.map((entry) => entry.text).sort());
      }
    }),
    { numRuns: 50 * Number(process.env['KEY_RUNS'] ?? 1) },
  );
});
