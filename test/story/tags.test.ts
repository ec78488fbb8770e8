/** Tags: what results stand for, and how all that stand for one thing are removed at once. In the words of docs/invalidation.md. */
import * as fs from 'node:fs';
import { Cached, CachedBatch, type CachedOptions, CacheRegistry, cacheOf } from '../../src/index';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { errorOf, gate } from '../support/promises';
import { warningsOfEachTest } from '../support/warnings';
import '../support/no-locks';

const time = manualClockForEachTest();
const warnings = warningsOfEachTest();

let registry: CacheRegistry;
beforeEach(() => {
  registry = new CacheRegistry();
});

interface Post {
  readonly id: string;
  readonly tags: readonly string[];
  readonly version: number;
}

type Options = Pick<
  CachedOptions<(id: string) => Promise<Post>>,
  'tags' | 'ttl' | 'staleIfError' | 'staleWhileRevalidate' | 'refreshAhead' | 'persist' | 'scope' | 'capacity' | 'policy' | 'maxBytes' | 'retryAfterError'
>;

const tagsOfResult = (post: Post): readonly string[] => post.tags;

/** A service over posts whose tags can change; each load has a version of its own, and may be held. */
function aService(options: Options = {}, own = registry) {
  const source = new Map<string, readonly string[]>();
  const held: { id: string; open: () => void }[] = [];
  const state = { loads: 0, isHeld: false, isDown: false };
  class Posts {
    @Cached({ registry: own, params: ['id'], tags: tagsOfResult, ...options })
    async find(id: string): Promise<Post> {
      const version = ++state.loads;
      const load = gate();
      if (state.isHeld) held.push({ id, open: load.open });
      else load.open();
      const tags = source.get(id) ?? [];
      await load.promise;
      if (state.isDown) throw new Error('the source is down');
      return { id, tags, version };
    }
  }
  const posts = new Posts();
  return { Posts, posts, source, held, state, cache: cacheOf(posts.find) };
}

async function loaded(service: ReturnType<typeof aService>, tags: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [id, some] of Object.entries(tags)) {
    service.source.set(id, some);
    await service.posts.find(id);
  }
}

const xyz = { foo: ['x', 'y'], bar: ['y', 'z'], baz: ['x', 'z'] };

describe('what goes', () => {
  test('T46: every entry with the tag, and nothing else; what is loaded afterwards stays', async () => {
    const service = aService();
    await loaded(service, xyz);
    expect(await registry.invalidateTags(['x'])).toBe(2);
    expect(['foo', 'bar', 'baz'].map((id) => service.cache.has(id))).toEqual([false, true, false]);
    await service.posts.find('baz');
    expect(await registry.invalidateTags(['y'])).toBe(1);
    expect(['foo', 'bar', 'baz'].map((id) => service.cache.has(id))).toEqual([false, false, true]);
  });

  test('T47: no tag removes nothing, unknown ones neither', async () => {
    const service = aService();
    await loaded(service, xyz);
    expect(await registry.invalidateTags([])).toBe(0);
    expect(await registry.invalidateTags(['y', 'unknown', 'y'])).toBe(2);
    expect(service.cache.keys()).toEqual(['id="baz"']);
  });

  test('T49: in the same millisecond, what was stored before the invalidation is gone and what is stored after it is valid', async () => {
    const service = aService();
    for (let round = 0; round < 3; round++) {
      await loaded(service, xyz);
      void registry.invalidateTags(['x']);
      expect(service.cache.has('foo')).toBe(false);
      const { version } = await service.posts.find('foo');
      expect([service.cache.has('foo'), service.cache.peek('foo')?.version]).toEqual([true, version]);
    }
  });

  test('T50: has, peek, keys and size do not know it any more, at once', async () => {
    const service = aService();
    await loaded(service, xyz);
    void service.cache.invalidateTags(['x']);
    expect([service.cache.has('foo'), service.cache.peek('foo'), service.cache.keys(), service.cache.size]).toEqual([false, undefined, ['id="bar"'], 1]);
  });

  test('from every cache of the registry, or from one by its handle', async () => {
    const one = aService();
    const two = aService();
    const other = aService({}, new CacheRegistry());
    for (const service of [one, two, other]) await loaded(service, xyz);
    expect(await one.cache.invalidateTags(['z'])).toBe(2);
    expect([one.cache.size, two.cache.size]).toEqual([1, 3]);
    expect(await registry.invalidateTags(['x'])).toBe(3);
    expect([one.cache.size, two.cache.size, other.cache.size]).toEqual([0, 1, 3]);
  });

  test('tags may come from the arguments too, and from this; each instance has its own entries, and those of all go', async () => {
    class Posts {
      constructor(readonly tenant: string) {}
      @Cached({
        registry,
        tags(this: Posts, result, id) {
          return [`${this.tenant}/${id}`, String(result)];
        },
      })
      size(id: string): number {
        return id.length;
      }
    }
    const [a, b] = [new Posts('a'), new Posts('b')];
    for (const posts of [a, b]) for (const id of ['p', 'q', 'long']) posts.size(id);
    expect(await registry.invalidateTags(['a/p'])).toBe(1);
    expect(await registry.invalidateTags(['1'])).toBe(3);
    expect([cacheOf(a, 'size').keys(), cacheOf(b, 'size').keys()]).toEqual([['id="long"'], ['id="long"']]);
  });

  test('a list of tags stands for all results of a method', async () => {
    const service = aService({ tags: ['posts', 'all'] });
    const users = aService({ tags: ['users', 'all'] });
    for (const each of [service, users]) await loaded(each, xyz);
    expect(await registry.invalidateTags(['posts', 'other'])).toBe(3);
    expect([service.cache.size, users.cache.size]).toEqual([0, 3]);
    expect(await registry.invalidateTags(['all'])).toBe(3);
  });

  test('what is stored by hand is tagged as if it had been loaded, and a new result has its own tags only', async () => {
    const service = aService();
    await service.cache.set(['foo'], { id: 'foo', tags: ['x'], version: 0 });
    expect(await registry.invalidateTags(['x'])).toBe(1);
    await service.cache.set(['foo'], { id: 'foo', tags: ['x'], version: 0 });
    await service.cache.set(['foo'], { id: 'foo', tags: ['y'], version: 0 });
    expect([await registry.invalidateTags(['x']), await registry.invalidateTags(['y'])]).toEqual([0, 1]);
  });

  test('what may still be answered with after its time goes too', async () => {
    const service = aService({ ttl: 1000, staleIfError: '1h', retryAfterError: '1h' });
    await loaded(service, xyz);
    time.clock.advance(1000);
    service.state.isDown = true;
    expect((await service.posts.find('foo')).id).toBe('foo');
    expect(await registry.invalidateTags(['x'])).toBe(0);
    await expect(service.posts.find('foo')).rejects.toThrow('down');
    expect((await service.posts.find('bar')).id).toBe('bar');
  });

  test('entries that were dropped, deleted or cleared leave no tag behind', async () => {
    const service = aService({ capacity: 2 });
    await loaded(service, xyz);
    expect(await registry.invalidateTags(['y'])).toBe(1);
    await loaded(service, xyz);
    await service.cache.delete('baz');
    await service.cache.clear();
    await service.posts.find('none');
    expect(await registry.invalidateTags(['x', 'y', 'z'])).toBe(0);
    expect(service.cache.size).toBe(1);
  });

  test('elements of a batch have tags of their own', async () => {
    class Posts {
      @CachedBatch({ registry, tags: (post, id) => [...(post?.tags ?? []), `post:${id}`] })
      async findMany(ids: readonly string[]): Promise<(Post | undefined)[]> {
        return Promise.resolve(ids.map((id, version) => (id === 'none' ? undefined : { id, tags: [`kind ${id.length}`], version })));
      }
    }
    const posts = new Posts();
    await posts.findMany(['a', 'b', 'cc', 'none']);
    expect(await registry.invalidateTags(['kind 1'])).toBe(2);
    expect(await registry.invalidateTags(['post:none'])).toBe(1);
    expect(cacheOf(posts.findMany).keys()).toEqual(['ids="cc"']);
  });

  test('tags count where memory is limited', async () => {
    const sizes = [[], ['x'.repeat(1000)]].map(async (tags) => {
      const service = aService({ maxBytes: '1mb' });
      await loaded(service, { foo: tags });
      return service.cache.stats().bytes ?? 0;
    });
    const [bare = 0, tagged = 0] = await Promise.all(sizes);
    // The result itself holds its tags, too.
    expect(tagged - bare).toBeGreaterThan(2000);
  });
});

describe('loads under way', () => {
  test('T59: one that began before its tag was invalidated answers who asked before and is not stored', async () => {
    const service = aService();
    service.source.set('foo', ['x']);
    service.state.isHeld = true;
    const before = [service.posts.find('foo'), service.posts.find('foo')];
    await registry.invalidateTags(['x']);
    service.held[0]?.open();
    expect((await Promise.all(before)).map(({ version }) => version)).toEqual([1, 1]);
    expect([service.cache.has('foo'), service.state.loads]).toEqual([false, 1]);
  });

  test('one that does not carry the tag is stored', async () => {
    const service = aService();
    service.state.isHeld = true;
    const load = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    service.held[0]?.open();
    await load;
    expect(service.cache.has('foo')).toBe(true);
  });

  test('who asks after the invalidation never gets what was loaded before: the call is made anew when that turns out to carry the tag', async () => {
    const service = aService();
    service.source.set('foo', ['x']);
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    const after = [service.posts.find('foo'), service.posts.find('foo')];
    service.held[0]?.open();
    expect((await before).version).toBe(1);
    await new Promise(setImmediate);
    service.held[1]?.open();
    expect((await Promise.all(after)).map(({ version }) => version)).toEqual([2, 2]);
    expect([service.cache.peek('foo')?.version, service.state.loads]).toEqual([2, 2]);
  });

  test('and shares it when it does not', async () => {
    const service = aService();
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    const after = service.posts.find('foo');
    service.held[0]?.open();
    expect([(await before).version, (await after).version, service.state.loads]).toEqual([1, 1, 1]);
  });

  test('whose arguments or instance change while they wait gets the result of their own call all the same', async () => {
    const asked: string[] = [];
    const first = gate();
    class Users {
      constructor(public tenant: string) {}
      @Cached({ registry, name: 'changing', scope: (self) => self.tenant, tags: (name: string) => [name] })
      async find(query: { id: string }): Promise<string> {
        const name = `${this.tenant} ${query.id}`;
        asked.push(name);
        if (asked.length === 1) await first.promise;
        return name;
      }
    }
    const users = new Users('acme');
    const before = users.find({ id: 'a' });
    await registry.invalidateTags(['acme a']);
    const query = { id: 'a' };
    const after = users.find(query);
    query.id = 'b';
    users.tenant = 'other';
    first.open();
    expect(await Promise.all([before, after])).toEqual(['acme a', 'acme a']);
    expect(asked).toEqual(['acme a', 'acme a']);
  });

  test('the same where its key was deleted meanwhile, too', async () => {
    const service = aService();
    service.source.set('foo', ['x']);
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    const between = service.posts.find('foo');
    await service.cache.delete('foo');
    const after = service.posts.find('foo');
    for (const load of service.held) load.open();
    const versions = (await Promise.all([before, between, after])).map(({ version }) => version);
    expect(versions).toEqual([1, 2, 2]);
  });

  test('T62: one that ends after the invalidation does not break the sharing of the load that followed', async () => {
    const service = aService({ tags: ['posts'] });
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['posts']);
    const after = service.posts.find('foo');
    service.held[0]?.open();
    await before;
    const later = service.posts.find('foo');
    service.held[1]?.open();
    expect([(await after).version, (await later).version, service.state.loads]).toEqual([2, 2, 2]);
  });

  test('one that fails is forgotten, and later ones are not judged by what happened before they began', async () => {
    const service = aService();
    service.source.set('foo', ['x']);
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    service.state.isDown = true;
    service.held[0]?.open();
    await expect(before).rejects.toThrow('down');
    service.state.isDown = service.state.isHeld = false;
    await service.posts.find('foo');
    expect(service.cache.has('foo')).toBe(true);
  });

  test('T54: a refresh ahead, and one behind the caller’s back, obey the same rule', async () => {
    const service = aService({ ttl: 1000, refreshAhead: 0.5, staleWhileRevalidate: '1h' });
    service.source.set('foo', ['x']);
    for (const ms of [500, 1500]) {
      service.state.isHeld = false;
      await service.posts.find('foo');
      time.clock.advance(ms);
      service.state.isHeld = true;
      const old = await service.posts.find('foo');
      await registry.invalidateTags(['x']);
      service.held.pop()?.open();
      await new Promise(setImmediate);
      expect([ms, service.cache.has('foo')]).toEqual([ms, false]);
      service.state.isHeld = false;
      expect((await service.posts.find('foo')).version).toBeGreaterThan(old.version + 1);
      await service.cache.clear();
    }
  });

  test('a method that invalidates its own tag while it runs is answered with and not stored, sync and in batches too', async () => {
    let isInvalidating = true;
    const invalidate = (): void => {
      if (isInvalidating) void registry.invalidateTags(['x']);
    };
    class Posts {
      @Cached({ registry, tags: () => ['x'] })
      one(id: string): string {
        invalidate();
        return id;
      }
      @CachedBatch({ registry, tags: () => ['x'] })
      many(ids: readonly string[]): readonly string[] {
        invalidate();
        return ids;
      }
    }
    const posts = new Posts();
    expect([posts.one('a'), cacheOf(posts.one).size]).toEqual(['a', 0]);
    expect([posts.many(['a', 'b', 'c']), cacheOf(posts.many).size]).toEqual([['a', 'b', 'c'], 0]);
    isInvalidating = false;
    posts.one('a');
    posts.many(['a', 'b', 'c']);
    expect([cacheOf(posts.one).size, cacheOf(posts.many).size]).toEqual([1, 3]);
  });
});

describe('on disk', () => {
  const drivers = ['jsonl', 'msgpack'] as const;

  test.each(drivers)('%s: tags come back, and what was invalidated does not', async (driver) => {
    const persist = { driver, directory: temporaryDirectory() };
    const first = aService({ persist, scope: 'class' });
    await loaded(first, { ...xyz, none: [], odd: ['"]\n \ud800', 'ü'] });
    expect(await registry.invalidateTags(['z'])).toBe(2);
    await registry.close();
    registry = new CacheRegistry();
    const second = aService({ persist, scope: 'class' });
    expect(second.cache.keys()).toEqual(['id="foo"', 'id="none"', 'id="odd"']);
    expect(await registry.invalidateTags(['"]\n \ud800'])).toBe(1);
    expect(await registry.invalidateTags(['x'])).toBe(1);
    await registry.close();
    registry = new CacheRegistry();
    expect(aService({ persist, scope: 'class' }).cache.keys()).toEqual(['id="none"']);
  });

  test.each(drivers)('%s: they outlive compaction', async (driver) => {
    const directory = temporaryDirectory();
    const open = (own: CacheRegistry) => aService({ persist: { driver, directory }, scope: 'class' }, own);
    const own = new CacheRegistry();
    const first = open(own);
    await loaded(first, xyz);
    // Longer than a megabyte, so that it is compacted.
    const files = logFiles(directory).length;
    const text = 'x'.repeat(100_000);
    for (let round = 0; round < 40 || logFiles(directory).length === files; round++) {
      await first.cache.set(['large'], { id: text, tags: ['large'], version: round });
      await new Promise(setImmediate);
    }
    await own.close();
    const second = open(new CacheRegistry());
    expect(await second.cache.invalidateTags(['x'])).toBe(2);
    expect(await second.cache.invalidateTags(['large'])).toBe(1);
    expect(second.cache.keys()).toEqual(['id="bar"']);
  });

  test('they outlive an expiry, a clear, and a disk that fails for a while', async () => {
    const directory = temporaryDirectory();
    let isBroken = false;
    const guarded = <A extends unknown[], R>(call: (...args: A) => R): ((...args: A) => R) =>
      ((...args: A) => {
        if (isBroken) throw Object.assign(new Error('planted'), { code: 'EIO' });
        return call(...args);
      }) as (...args: A) => R;
    const fileSystem = { ...fs, writeSync: guarded(fs.writeSync as never) } as typeof fs;
    const options = { scope: 'class', ttl: '1h', staleIfError: '1h' } as const;
    const first = aService({ persist: { directory, fileSystem }, ...options });
    await loaded(first, { gone: ['x'], gone2: ['x'] });
    await first.cache.clear();
    await loaded(first, { none: [], ...xyz });
    await first.cache.expire('foo');
    await registry.close();
    registry = new CacheRegistry();
    const second = aService({ persist: { directory, fileSystem }, ...options });
    expect(await registry.invalidateTags(['y'])).toBe(1);
    second.state.isDown = true;
    await expect(second.posts.find('foo')).rejects.toThrow('down');
    second.state.isDown = false;
    isBroken = true;
    await loaded(second, { qux: ['x', 'q'] });
    isBroken = false;
    await registry.close();
    registry = new CacheRegistry();
    const third = aService({ persist: { directory }, ...options });
    expect(third.cache.keys()).toEqual(['id="none"', 'id="baz"', 'id="qux"']);
    expect([await registry.invalidateTags(['q']), await registry.invalidateTags(['x'])]).toEqual([1, 1]);
    expect(third.cache.keys()).toEqual(['id="none"']);
  });

  test('a cache that is not open yet is opened for it, whether the registry or a handle is asked', async () => {
    const persist = { directory: temporaryDirectory() };
    await loaded(aService({ persist, scope: 'class' }), xyz);
    await registry.close();
    registry = new CacheRegistry();
    const second = aService({ persist, scope: 'class' });
    expect(await registry.invalidateTags(['x'])).toBe(2);
    // Whoever calls before the promise is kept does not find it either.
    expect(second.cache.keys()).toEqual(['id="bar"']);
  });

  test('an invalidation while caching is off reaches memory and disk', async () => {
    const persist = { directory: temporaryDirectory() };
    const first = aService({ persist, scope: 'class' });
    await loaded(first, xyz);
    registry.configure({ enabled: false });
    await registry.invalidateTags(['y']);
    registry.configure({ enabled: true });
    expect(first.cache.keys()).toEqual(['id="baz"']);
    await registry.close();
    registry = new CacheRegistry({ enabled: false });
    aService({ persist, scope: 'class' });
    await registry.invalidateTags(['x']);
    await registry.close();
    registry = new CacheRegistry();
    expect(aService({ persist, scope: 'class' }).cache.keys()).toEqual([]);
  });

  test('with durability always, the promise is kept when the removal is on the disk; it is one record', async () => {
    const service = aService({ persist: { directory: temporaryDirectory(), durability: 'always' }, scope: 'class' });
    await loaded(service, xyz);
    const before = service.cache.stats().persistence?.recordsWritten ?? 0;
    await registry.invalidateTags(['x', 'y']);
    expect((service.cache.stats().persistence?.recordsWritten ?? 0) - before).toBe(1);
    await registry.close();
  });

  test('a list of tags is not written down: it holds for what was stored before it was said', async () => {
    const persist = { directory: temporaryDirectory() };
    await loaded(aService({ persist, scope: 'class', tags: ['old'] }), xyz);
    await registry.close();
    registry = new CacheRegistry();
    const second = aService({ persist, scope: 'class', tags: ['new'] });
    expect(await registry.invalidateTags(['old'])).toBe(0);
    expect(await registry.invalidateTags(['new'])).toBe(3);
    expect(second.cache.size).toBe(0);
  });

  test('another function begins empty: what it would tag in another way would not be found', async () => {
    const persist = { directory: temporaryDirectory() };
    await loaded(aService({ persist, scope: 'class' }), xyz);
    await registry.close();
    registry = new CacheRegistry();
    expect(aService({ persist, scope: 'class', tags: (post) => post.tags.slice(1) }).cache.size).toBe(0);
  });
});

describe('misuse', () => {
  test.each<[string, () => unknown]>([
    ['an error', () => failing()],
    ['a promise', () => Promise.resolve(['x'])],
    ['one text', () => 'x'],
    ['a list of something else', () => ['x', 1]],
    ['nothing', () => undefined],
  ])('%s from the function: the result is answered with and not stored, and it is said once', async (_what, tags) => {
    const service = aService({ tags: tags as never });
    expect([(await service.posts.find('foo')).version, (await service.posts.find('foo')).version]).toEqual([1, 2]);
    expect(service.cache.stats()).toMatchObject({ size: 0, unstored: 2 });
    expect(warnings.messages).toEqual([expect.stringMatching(/^Posts\.find.*: tags must give a list of texts.*The result was answered with and not stored\./)]);
    const error = await errorOf(() => service.cache.set(['foo'], { id: '', tags: [], version: 1 }));
    expect([error.code, service.cache.size]).toEqual(['SCRUBJAY_BAD_TAGS', 0]);
  });

  test('an error of the function reaches nobody who waits, nor those who come after an invalidation', async () => {
    const service = aService({ tags: () => failing() });
    service.state.isHeld = true;
    const before = service.posts.find('foo');
    await registry.invalidateTags(['x']);
    const after = service.posts.find('foo');
    service.held[0]?.open();
    expect((await before).version).toBe(1);
    await new Promise(setImmediate);
    service.held[1]?.open();
    // Nobody knows what the first result stood for.
    expect((await after).version).toBe(2);
  });

  test.each<[string, unknown]>([
    ['one text', 'x'],
    ['nothing', undefined],
    ['numbers', [1]],
  ])('%s in the place of a list is an error', async (_what, tags) => {
    const service = aService();
    for (const work of [() => registry.invalidateTags(tags as never), () => service.cache.invalidateTags(tags as never)])
      expect(await errorOf(work)).toMatchObject({ code: 'SCRUBJAY_BAD_OPTION', message: expect.stringMatching(/tags must be a list of texts/) });
    if (tags !== undefined) expect((await errorOf(() => aService({ tags: tags as never }))).code).toBe('SCRUBJAY_BAD_OPTION');
  });

  test('a method without tags has none to invalidate; the registry passes over it', async () => {
    const service = aService({ tags: undefined as never });
    await loaded(service, xyz);
    expect(await errorOf(() => service.cache.invalidateTags(['x']))).toMatchObject({
      code: 'SCRUBJAY_BAD_OPTION',
      message: expect.stringMatching(/option tags/),
    });
    expect([await registry.invalidateTags(['x']), service.cache.size]).toEqual([0, 3]);
  });
});

function failing(): never {
  throw new Error('no tags today');
}
