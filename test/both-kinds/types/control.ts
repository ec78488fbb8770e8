/** What the compiler knows of keys, events and control from outside, under both kinds of decorators. Never run: the compiler reads it. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import { Cached, CachedBatch, type CacheEvent, type CacheEventReason, cacheOf, keyOf, registerRequestStore, registry, withCacheControl } from 'scrubjay';
import { type Equal, is } from './equal';

class Users {
  @Cached()
  async find(id: string, locale?: number): Promise<string> {
    return Promise.resolve(id + locale);
  }
}
declare const users: Users;

keyOf(users.find, ['u1']).length;
keyOf(users.find, ['u1', 5]);
keyOf(cacheOf(users, 'find'), ['u1', 5]);
cacheOf(Users, 'find').keyOf('u1', 5);
// @ts-expect-error: the arguments are those of the method.
keyOf(users.find, [5]);
// @ts-expect-error: all of them.
keyOf(users.find, []);
// @ts-expect-error: as a list.
keyOf(users.find, 'u1');
// @ts-expect-error: the arguments are those of the method.
keyOf(cacheOf(users, 'find'), [5]);

for (const target of [cacheOf(users.find), registry]) {
  target.on('cache:hit', (event) => is<Equal<typeof event, CacheEvent>>(true)).off('cache:hit', () => {});
  target.on(
    'cache:deleted',
    ({ key, reason }) => is<Equal<typeof key, string | undefined>>(true) && is<Equal<typeof reason, CacheEventReason | undefined>>(true),
  );
  target.on('cache:miss', async () => Promise.resolve());
  // @ts-expect-error: no such event.
  target.on('hit', () => {});
}

is<Equal<ReturnType<typeof mode>, Promise<string>>>(true);
function mode(): Promise<string> {
  return withCacheControl({ mode: 'onlyIfCached', minFresh: '5m', maxStale: 5 }, () => users.find('u1'));
}
// @ts-expect-error: no such mode.
void withCacheControl({ mode: 'reload' }, mode);
// @ts-expect-error: no such option.
void withCacheControl({ maxAge: 5 }, mode);

export class Vetoed {
  declare limit: number;
  @Cached({
    unless(result, id, locale) {
      return (
        is<Equal<typeof result, string>>(true) && is<Equal<typeof id, string>>(true) && is<Equal<typeof locale, number | undefined>>(true) && this.limit > 0
      );
    },
  })
  async find(id: string, _locale?: number): Promise<string> {
    return Promise.resolve(id);
  }
  @CachedBatch({ unless: (result, id) => is<Equal<typeof result, number>>(true) && is<Equal<typeof id, string>>(true) })
  lengths(ids: readonly string[]): number[] {
    return ids.map(({ length }) => length);
  }
  @Cached({ isolate: 'clone' })
  cloned(id: string): Date {
    return new Date(id);
  }
  // @ts-expect-error: no such way.
  @Cached({ isolate: 'copy' })
  copied(id: string): string {
    return id;
  }
  // @ts-expect-error: an async unless would always say yes.
  @Cached({ unless: async () => true })
  late(id: string): string {
    return id;
  }
}

declare const requests: AsyncLocalStorage<{ tenantId: string } | undefined>;
registerRequestStore('tenantId', requests, 'tenantId');
registerRequestStore('tenantId', requests, (request) => is<Equal<typeof request, { tenantId: string }>>(true));
// @ts-expect-error: no AsyncLocalStorage.
registerRequestStore('tenantId', new Map());
registry.configure({ enabled: true, watchMutations: true, contextGuard: 'refuse' });
// @ts-expect-error: no such way.
registry.configure({ contextGuard: 'throw' });
