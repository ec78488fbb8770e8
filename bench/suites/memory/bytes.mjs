/**
 * Heap and external memory that a map, or a cached method, takes for an entry: the growth from a small one that is warm to a full one.
 * The keys were there before, and the value is one object for all. Arguments that are objects are made for the call and not kept by the caller.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { contenders as maps } from '../lru/contenders.mjs';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

async function used() {
  for (let round = 0; round < 5; round++) {
    collect();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const value = { id: 1 };
const textOf = (number) => Buffer.from(`user:${number}:profile`).toString('latin1');

/** What is measured stays here: nothing else refers to it. */
const held = [];

/** Bytes for each entry of what `make` makes for so many entries, and `fill` fills by number. */
async function bytesOf(entries, make) {
  const small = await make(1000);
  // Everything that is compiled or cached once.
  for (let number = 0; number < 3000; number++) await small(number);
  const before = await used();
  const fill = await make(entries);
  for (let number = 0; number < entries; number++) {
    const pending = fill(number);
    if (pending instanceof Promise) await pending;
  }
  held.push(fill);
  return ((await used()) - before) / entries;
}

/** Arguments by number: those that callers keep are made beforehand. */
const argsOf = {
  'one string': (entries) => keep(entries, (number) => [textOf(number)]),
  'one number': () => (number) => [number * 13 + 100_000],
  'three primitives': (entries) => keep(entries, (number) => [textOf(number), number % 10, number % 2 === 0]),
  'flat object': () => (number) => [{ status: 'open', take: 20, skip: number * 20, sortBy: 'created', descending: number % 2 === 0 }],
};

function keep(entries, make) {
  const all = Array.from({ length: entries }, (_, number) => make(number));
  held.push(all);
  return (number) => all[number];
}

const templateOf = ([one, ...rest]) => (typeof one === 'object' ? Object.values(one).join('|') : [one, ...rest].join('|'));

/** Methods with room for so many entries; each takes a list of arguments. */
const methods = {
  async scrubjay(capacity, parameters, library) {
    const { cached } = await import(new URL('esm/index.js', library));
    class Service {
      find(..._args) {
        return value;
      }
    }
    cached(Service, 'find', { capacity, ttl: '5m', params: parameters });
    const service = new Service();
    return (args) => service.find(...args);
  },
  async 'lru-cache and a template'(max) {
    const { LRUCache } = await import('lru-cache');
    const cache = new LRUCache({ max, ttl: 300_000 });
    return (args) => {
      const key = templateOf(args);
      return cache.get(key) ?? cache.set(key, value);
    };
  },
  async 'memoizee, primitive'(max, { length }) {
    const { default: memoizee } = await import('memoizee');
    const find = memoizee(() => value, { primitive: true, length, max });
    return (args) => find(...args);
  },
  async 'cache-manager, wrap'() {
    const { createCache } = await import('cache-manager');
    const cache = createCache({ ttl: 300_000 });
    return (args) => cache.wrap(JSON.stringify(args), async () => value);
  },
  async 'async-cache-dedupe'(size) {
    const { createCache } = await import('async-cache-dedupe');
    const cache = createCache({ ttl: 300, storage: { type: 'memory', options: { size } } });
    cache.define('find', async () => value);
    return (args) => cache.find(args);
  },
};

const namesOf = { 'three primitives': ['id', 'page', 'isDraft'] };

export async function run({ name, suite, quick }, library) {
  const entries = quick || suite === 'memory-methods' ? 100_000 : 1_000_000;
  const figures = {};
  if (suite === 'memory-maps') {
    const { make } = maps.find((each) => each.name === name);
    for (const kind of ['text', 'integer']) {
      const keys = keep(entries, kind === 'text' ? textOf : (number) => number);
      figures[`${kind} keys`] = await bytesOf(entries, async (capacity) => {
        const map = await make(capacity, library);
        return (number) => void map.set(keys(number), value);
      });
    }
    return figures;
  }
  for (const [kind, make] of Object.entries(argsOf)) {
    // It does not look into objects.
    if (name.startsWith('memoizee') && kind === 'flat object') continue;
    const args = make(entries);
    figures[kind] = await bytesOf(entries, async (capacity) => {
      const find = await methods[name](capacity, namesOf[kind] ?? ['id'], library);
      return (number) => find(args(number));
    });
  }
  return figures;
}
