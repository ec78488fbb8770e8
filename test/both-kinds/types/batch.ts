/** What the compiler says of `@CachedBatch` and `cachedBatch`, under both kinds of decorators. Never run: the compiler reads it. */
import { CachedBatch, type CachedBatchOptions, cachedBatch, cacheOf } from 'scrubjay';
import { type Equal, is } from './equal';

interface User {
  id: string;
}

export class Users<T, Id extends string | number = string> {
  declare tenant: string;
  declare rows: Map<Id, T>;

  @CachedBatch()
  async bare(_ids: string[]): Promise<User[]> {
    return [];
  }
  @CachedBatch({ capacity: 5, ttl: '5m', persist: 'jsonl', params: ['ids', 'locale'], omit: ['locale'], element: 'id', maxBatch: 100, gather: true })
  async all(_ids: readonly string[], _locale?: number): Promise<(User | undefined)[]> {
    return [];
  }
  @CachedBatch({
    key: (id, locale) => [is<Equal<typeof id, string>>(true), is<Equal<typeof locale, number | undefined>>(true)],
    when(id) {
      return is<Equal<typeof id, string>>(true) && this.tenant === '';
    },
    scope: (self) => self.tenant,
  })
  elementwise(_ids: readonly string[], _locale?: number): readonly User[] {
    return [];
  }
  @CachedBatch({ key: (id, locale) => [is<Equal<typeof id, string>>(true), is<Equal<typeof locale, number | undefined>>(true)] })
  mutable(_ids: string[] = [], _locale?: number): User[] {
    return [];
  }
  // TypeScript 5.4 decides what one parameter is only when there are all of them.
  @CachedBatch({ when: (...args) => args[0] !== undefined })
  genericKey(_ids: readonly Id[], _locale?: string): Promise<T[]> {
    throw new Error();
  }
  @CachedBatch({ returns: 'map', gather: true })
  async map(_ids: readonly string[]): Promise<Map<string, User>> {
    return new Map();
  }
  @CachedBatch({ returns: 'map' })
  readonlyMap(_ids: readonly string[]): ReadonlyMap<string, User> {
    return new Map();
  }
  @CachedBatch()
  generic(_ids: readonly Id[]): Promise<T[]> {
    throw new Error();
  }
  @CachedBatch({ returns: 'map' })
  genericMap(_ids: readonly Id[]): Promise<Map<Id, T>> {
    return Promise.resolve(this.rows);
  }
  @CachedBatch({ ids: 'ids' })
  second(_table: string, _ids: readonly string[]): User[] {
    return [];
  }
  @CachedBatch()
  anything(_ids: readonly string[]): any {}
  @CachedBatch({ gather: true })
  static shared(_ids: readonly number[]): Promise<number[]> {
    throw new Error();
  }
}

export class Refused {
  // @ts-expect-error: no list.
  @CachedBatch()
  one(_id: string): User[] {
    return [];
  }
  // @ts-expect-error: the ids come one by one.
  @CachedBatch()
  many(_id: string, _other: string): User[] {
    return [];
  }
  // @ts-expect-error: no list comes back.
  @CachedBatch()
  async first(_ids: string[]): Promise<User | undefined> {
    return undefined;
  }
  // @ts-expect-error: nothing comes back.
  @CachedBatch()
  async save(_ids: string[]): Promise<void> {}
  // @ts-expect-error: a generator can be read only once.
  @CachedBatch()
  *each(_ids: string[]): Generator<string> {
    yield '';
  }
  // @ts-expect-error: a Map has to be said.
  @CachedBatch()
  async map(_ids: string[]): Promise<Map<string, User>> {
    return new Map();
  }
  // @ts-expect-error: no Map comes back.
  @CachedBatch({ returns: 'map' })
  async list(_ids: string[]): Promise<User[]> {
    return [];
  }
  // @ts-expect-error: a plain result cannot wait for the end of the tick.
  @CachedBatch({ gather: true })
  now(_ids: string[]): User[] {
    return [];
  }
  // @ts-expect-error: no such option.
  @CachedBatch({ batch: 5 })
  option1(_ids: string[]): User[] {
    return [];
  }
  // @ts-expect-error: no such kind of result.
  @CachedBatch({ returns: 'object' })
  option2(_ids: string[]): User[] {
    return [];
  }
  // @ts-expect-error: key gets one id.
  @CachedBatch({ key: (ids: string[]) => ids })
  option3(_ids: string[]): User[] {
    return [];
  }
  // @ts-expect-error: not without parentheses.
  @CachedBatch
  option4(_ids: string[]): User[] {
    return [];
  }
  // @ts-expect-error: not on a getter.
  @CachedBatch()
  get all(): User[] {
    return [];
  }
}

export class WithoutDecorators {
  static {
    cachedBatch(this, 'list');
    cachedBatch(this, 'list', { key: (id) => is<Equal<typeof id, string>>(true), scope: (self) => self.tenant, gather: true });
    cachedBatch(this, 'map', { returns: 'map' });
    cachedBatch<WithoutDecorators['hidden']>(this, 'hidden');
    // @ts-expect-error: a Map has to be said.
    cachedBatch(this, 'map');
    // @ts-expect-error: no Map comes back.
    cachedBatch(this, 'list', { returns: 'map' });
    // @ts-expect-error: a plain result cannot wait.
    cachedBatch(this, 'map', { returns: 'map', gather: true });
    // @ts-expect-error: no list.
    cachedBatch(this, 'one');
    // @ts-expect-error: no such method.
    cachedBatch(this, 'lits');
    // @ts-expect-error: a private method, without its type.
    cachedBatch(this, 'hidden');
  }
  tenant = 't';
  async list(_ids: readonly string[]): Promise<string[]> {
    return this.hidden([]);
  }
  map(_ids: string[]): Map<string, string> {
    return new Map();
  }
  one(id: string): string {
    return id;
  }
  private hidden(_ids: string[]): string[] {
    return [];
  }
}

declare const users: Users<User>;
void is<Equal<ReturnType<ReturnType<typeof handle>['get']>, (User | undefined)[] | undefined>>(true);
function handle() {
  return cacheOf(users, 'all');
}
const options: CachedBatchOptions[] = [{ gather: true, returns: 'map' }, {}];
void options;
