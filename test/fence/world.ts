/** The same deeds done to a cache: loads end when they are told to, and nothing else happens in between. */
import * as fs from 'node:fs';
import { Cached, CachedBatch, type CacheHandle, CacheRegistry, cacheOf } from '../../src/index';
import { temporaryDirectory } from '../support/directories';
import type { ManualClock } from '../support/manual-clock';
import { type Gate, gate } from '../support/promises';
import type { Deed, FenceOptions } from './model';

/** What a load gives. */
interface Value {
  readonly number: number;
  readonly tags: readonly string[];
}

type Find = (id: string) => Promise<Value>;

const HALF_A_LIFE_MS = 500;

/** No power fails here, so nothing waits for a disk. */
const fileSystem = {
  ...fs,
  fsyncSync: () => undefined,
  fdatasyncSync: () => undefined,
  fdatasync: (_file: number, done: () => void) => setImmediate(done),
} as never as typeof fs;

/** A service that is asked for each key by itself. */
export interface Service {
  find(id: string): Promise<Value>;
  readonly cache: Pick<CacheHandle<Find>, 'peek' | 'delete' | 'expire' | 'set' | 'clear' | 'deleteWhere'>;
  readonly registry: CacheRegistry;
  /** Whether promise jobs alone do not do all of its work. */
  readonly isTicking: boolean;
  close(): Promise<void>;
}

/** Makes a service whose loads are `load`; opened anew with the same directory, it is the same one after a restart. */
export type NewService = (options: FenceOptions, load: Find, tagsOf: (value: Value) => readonly string[], directory: string) => Service;

export const plainService: NewService = (options, load, tags, directory) => {
  const registry = new CacheRegistry();
  class Things {
    @Cached({
      registry,
      params: ['id'],
      scope: 'class',
      capacity: options.capacity,
      ttl: 2 * HALF_A_LIFE_MS,
      tags,
      ...(options.isStaleOfUse && { staleWhileRevalidate: '1d' }),
      ...(options.isRefreshedAhead && { refreshAhead: 0.5 }),
      ...(options.isPersisted && { persist: { directory, fileSystem } }),
    })
    async find(id: string): Promise<Value> {
      return load(id);
    }
  }
  const things = new Things();
  return { find: (id) => things.find(id), cache: cacheOf(things, 'find'), registry, isTicking: options.isPersisted, close: () => registry.close() };
};

/** The same, each key a list of one in a batch method. */
export const batchService: NewService = ({ capacity }, load, tags) => {
  const registry = new CacheRegistry();
  class Things {
    @CachedBatch({ registry, params: ['ids'], element: 'id', scope: 'class', capacity, tags: (value: Value) => tags(value) })
    async findMany(ids: readonly string[]): Promise<Value[]> {
      return Promise.all(ids.map(load));
    }
  }
  const things = new Things();
  const handle = cacheOf(things, 'findMany');
  return {
    find: async (id) => (await things.findMany([id]))[0] as Value,
    cache: {
      peek: (id) => handle.peek([id])?.[0],
      delete: (id) => handle.delete([id]),
      expire: (id) => handle.expire([id]),
      set: ([id], value) => handle.set([[id]], [value]),
      clear: () => handle.clear(),
      deleteWhere: (parts) => handle.deleteWhere(parts),
    },
    registry,
    isTicking: true,
    close: () => registry.close(),
  };
};

/** Promise jobs that a call, or the end of a load, may take to come to rest. */
const JOBS = 25;

async function rest(isTicking: boolean): Promise<void> {
  for (let job = 0; job < JOBS; job++) await Promise.resolve();
  if (isTicking) await new Promise(setImmediate);
}

/** One world for many stories, each with keys and tags of its own. */
export class FenceWorld {
  readonly answers: (number | 'failed' | undefined)[] = [];
  readonly #options: FenceOptions;
  readonly #newService: NewService;
  readonly #clock: ManualClock;
  #directory = temporaryDirectory();
  #service: Service;
  #story = 0;
  #numbers = 0;
  #loads = new Map<number, Gate<Value>>();

  constructor(options: FenceOptions, newService: NewService, clock: ManualClock) {
    this.#options = options;
    this.#newService = newService;
    this.#clock = clock;
    this.#service = this.#open();
  }

  #open(): Service {
    const load = (): Promise<Value> => {
      const number = ++this.#numbers;
      const held = gate<Value>();
      this.#loads.set(number, held);
      return held.promise;
    };
    return this.#newService(this.#options, load, ({ tags }) => tags, this.#directory);
  }

  /** Another story begins, in which no load is under way. */
  async begin(): Promise<void> {
    await this.#service.cache.clear();
    this.#story++;
    this.#numbers = 0;
    this.#loads = new Map();
    this.answers.length = 0;
    if (!this.#options.isPersisted) return;
    // A restart reads all the files there are, those of other stories too.
    await this.#service.close();
    this.#directory = temporaryDirectory();
    this.#service = this.#open();
  }

  async close(): Promise<void> {
    await this.begin();
    await this.#service.close();
  }

  /** How many results there were. */
  get results(): number {
    return this.#numbers;
  }

  peek(): (number | undefined)[] {
    return this.#options.keys.map((key) => this.#service.cache.peek(this.#id(key))?.number);
  }

  async do(deed: Deed): Promise<void> {
    const { cache, registry } = this.#service;
    switch (deed.deed) {
      case 'call':
        this.#call(this.#id(deed.key));
        break;
      case 'land':
      case 'landTagged':
        this.#take(deed.load).open({ number: deed.load, tags: deed.deed === 'land' ? [] : [this.#tag] });
        break;
      case 'fail':
        this.#take(deed.load).fail(new Error(`load ${deed.load} failed`));
        break;
      case 'put':
        await cache.set([this.#id(deed.key)], { number: ++this.#numbers, tags: [] });
        break;
      case 'delete':
        await cache.delete(this.#id(deed.key));
        break;
      case 'expire':
        await cache.expire(this.#id(deed.key));
        break;
      case 'where':
        await cache.deleteWhere({ id: this.#id(deed.key) });
        break;
      case 'tag':
        await registry.invalidateTags([this.#tag]);
        break;
      case 'clear':
        await cache.clear();
        break;
      case 'age':
        this.#clock.advance(HALF_A_LIFE_MS);
        break;
      case 'restart':
        await this.#service.close();
        this.#service = this.#open();
        break;
    }
    await rest(this.#service.isTicking);
  }

  #call(id: string): void {
    const caller = this.answers.push(undefined) - 1;
    const { answers } = this;
    const story = this.#story;
    const answer = (result: number | 'failed'): void => {
      if (story === this.#story) answers[caller] = result;
    };
    this.#service.find(id).then(
      ({ number }) => answer(number),
      () => answer('failed'),
    );
  }

  #take(number: number): Gate<Value> {
    const held = this.#loads.get(number) as Gate<Value>;
    this.#loads.delete(number);
    return held;
  }

  #id(key: string): string {
    return `${this.#story} ${key}`;
  }

  get #tag(): string {
    return `tag of ${this.#story}`;
  }
}
