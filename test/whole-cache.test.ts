/**
 * A cached method with all of its organs, against a plain list of calls told apart by their canonical texts: whatever is asked of it, in whatever
 * order, everyday calls and others, it answers as the list would, and holds what the list holds.
 */
import fc from 'fast-check';
import { type CachedOptions, CacheRegistry, cached, cacheOf, type PolicyName, policies } from '../src/index';
import { dice } from './key/arbitrary-values';
import { manualClockForEachTest } from './support/manual-clock';
import { someArguments, someCalls, spoil, textOf } from './support/random-calls';
import { numRuns } from './support/thorough';

const time = manualClockForEachTest();

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

const kinds = ['call', 'call', 'call', 'call', 'call', 'delete', 'set', 'has', 'peek', 'get', 'wait', 'capacity', 'clear'] as const;
/** Room for everything: which of those past their time still take up room is the cache's own affair. */
const ROOMY = 1000;
test.each<[string, CachedOptions]>([
  ['nothing said', {}],
  ['with a ttl', { ttl: TTL, capacity: ROOMY }],
  ['bytes are counted', { maxBytes: '64mb' }],
  ['one cache for both services', { scope: 'class' }],
])('%s: a cached method answers and holds what a list of calls would', (_what, options) => {
  fc.assert(
    fc.property(someCalls, ({ calls, seed, length }) => {
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
    numRuns(30, 3),
  );
});

const POLICIES = Object.keys(policies) as PolicyName[];

test.each(POLICIES)('%s: whatever changes while it runs, no call gets the value of another, and limits and sums hold', (policy) => {
  fc.assert(
    fc.property(someCalls, ({ calls, seed, length }) => {
      const registry = new CacheRegistry({ maxBytes: 6000 });
      let loads = 0;
      class Service {
        find(_a?: unknown, _b?: unknown): object {
          return { loaded: ++loads, text: 'x'.repeat((loads * 37) % 500) };
        }
        /** Somebody else, who needs room, too. */
        other(id: number): string {
          return 'y'.repeat((id * 41) % 300);
        }
      }
      cached(Service, 'find', { capacity: 5, params: ['a', 'b'], policy, registry });
      cached(Service, 'other', { capacity: 20, registry });
      const service = new Service();
      const handle = cacheOf(service, 'find');
      /** The last value of each key; what is not held any more may stand here, too. */
      const last = new Map<string, object>();
      const roll = dice(seed);
      const limits = { capacity: 5, maxBytes: Number.POSITIVE_INFINITY };
      for (let step = 0; step < length; step++) {
        const args = someArguments(calls, roll) as [unknown?, unknown?];
        const text = textOf(args);
        const deed = roll();
        if (deed < 0.06) handle.configure({ policy: POLICIES[Math.floor(roll() * POLICIES.length)] as PolicyName });
        else if (deed < 0.1) handle.configure({ capacity: (limits.capacity = 1 + Math.floor(roll() * 8)) });
        else if (deed < 0.14) handle.configure({ maxBytes: (limits.maxBytes = 200 + Math.floor(roll() * 4000)) });
        else if (deed < 0.17) registry.configure({ maxBytes: 500 + Math.floor(roll() * 6000) });
        else if (deed < 0.19) {
          void handle.clear();
          last.clear();
        } else if (text !== undefined && deed < 0.25) {
          void handle.delete(...args);
          last.delete(text);
        } else if (text !== undefined) {
          const before = loads;
          const answer = service.find(...args);
          if (loads === before) expect(answer).toBe(last.get(text));
          last.set(text, answer);
        }
        service.other(Math.floor(roll() * 40));
        spoil(args);
        const { size, bytes = 0 } = handle.stats();
        const all = bytes + (cacheOf(service, 'other').stats().bytes ?? 0);
        expect([size <= limits.capacity, bytes <= limits.maxBytes, registry.memory().bytes, size === 0 ? bytes : 0]).toEqual([true, true, all, 0]);
        expect(handle.keys().filter((key) => !last.has(key))).toEqual([]);
        expect(handle.keys()).toHaveLength(size);
      }
    }),
    numRuns(12, 1),
  );
});
