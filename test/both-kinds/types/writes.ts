/** What the compiler knows of `@CacheEvict`, `@CachePut` and the functions beside them, under both kinds of decorators. Never run: the compiler reads it. */
import { CacheDefaults, Cached, CacheEvict, CachePut, cacheDefaults, cacheEvict, cachePut, withTransaction } from 'scrubjay';
import { type Equal, is } from './equal';

interface User {
  readonly id: string;
}

export class Users {
  tenant = 't';
  static {
    cacheEvict(this, 'remove', 'find');
    cacheEvict(this, 'remove', 'find', { key: (id) => [is<Equal<typeof id, string>>(true) ? id : ''] });
    cacheEvict(this, 'remove', () => [Orders, 'total'], { key: (id) => [id, 2] });
    cachePut(this, 'create', 'find', { key: (result, name) => [result.id + name] });
    // @ts-expect-error: no such method.
    cacheEvict(this, 'remov', 'find');
    // @ts-expect-error: find takes texts.
    cacheEvict(this, 'remove', 'find', { key: () => [1] });
    // @ts-expect-error: no such method in the other class.
    cacheEvict(this, 'remove', () => [Orders, 'totals']);
    // @ts-expect-error: no such option of a put.
    cachePut(this, 'create', 'find', { allEntries: true });
  }

  @Cached()
  async find(id: string, locale?: string): Promise<User> {
    return Promise.resolve({ id: id + (locale ?? '') });
  }

  // Methods without a result may evict.
  @CacheEvict('find')
  remove(id: string): void {
    void id;
  }
  @CacheEvict('find', { allEntries: true, beforeInvocation: true, within: '2s', params: ['id'] })
  async removeLater(id: string): Promise<void> {
    return Promise.resolve(void id);
  }
  @CacheEvict('find', {
    key(user) {
      return [is<Equal<typeof user, User>>(true) && this.tenant === '' ? user.id : ''];
    },
    when: (user) => is<Equal<typeof user, User>>(true),
    unless: (result, user) => is<Equal<typeof result, boolean>>(true) && is<Equal<typeof user, User>>(true),
  })
  async save(user: User): Promise<boolean> {
    return Promise.resolve(user.id !== '');
  }
  @CacheEvict('find', { key: (user) => ({ id: user.id }) })
  byParts(user: User): void {
    void user;
  }
  // A private target, of which nothing is known.
  @CacheEvict('hidden')
  evictHidden(id: string): void {
    void this.hidden(id);
  }
  @Cached()
  private hidden(id: string): string {
    return id;
  }
  @CacheEvict(() => [Orders, 'total'], { key: (id) => [id, 1] })
  @CacheEvict(() => [Orders, 'shared'])
  @CacheEvict((self) => [self.orders, 'total'], { key: (id) => [id, 1] })
  other(id: string): void {
    void id;
  }
  readonly orders = new Orders();

  @CachePut('find', { key: (user, name) => [user.id + name], unless: (user) => is<Equal<typeof user, User>>(true), when: (name) => name !== '' })
  async create(name: string): Promise<User> {
    return Promise.resolve({ id: name });
  }

  // @ts-expect-error: the cached method takes texts.
  @CacheEvict('find', { key: (user) => [1] })
  wrongKey(user: User): void {
    void user;
  }
  // @ts-expect-error: it takes two.
  @CacheEvict('find', { key: (user) => [user.id, 'en', 'more'] })
  longKey(user: User): void {
    void user;
  }
  // @ts-expect-error: when says yes or no.
  @CacheEvict('find', { when: (id) => id })
  wrongWhen(id: string): void {
    void id;
  }
  // @ts-expect-error: no such option.
  @CacheEvict('find', { all: true })
  wrongOption(id: string): void {
    void id;
  }
  // @ts-expect-error: no such unit.
  @CacheEvict('find', { within: '2 seconds' })
  wrongTime(id: string): void {
    void id;
  }
  // @ts-expect-error: no such method in the other class.
  @CacheEvict(() => [Orders, 'totals'])
  wrongTarget(id: string): void {
    void id;
  }
  // @ts-expect-error: a pair.
  @CacheEvict(() => [Orders])
  wrongPair(id: string): void {
    void id;
  }
  // @ts-expect-error: a target is needed.
  @CacheEvict()
  noTarget(id: string): void {
    void id;
  }
  // @ts-expect-error: a put needs a result.
  @CachePut('find')
  nothing(id: string): void {
    void id;
  }
  // @ts-expect-error: it is for evictions.
  @CachePut('find', { beforeInvocation: true })
  early(id: string): string {
    return id;
  }
}

class Orders {
  @Cached()
  total(id: string, year: number): number {
    return id.length + year;
  }
  @Cached()
  static shared(id: string): number {
    return id.length;
  }
}

export async function transactions(): Promise<void> {
  is<Equal<Awaited<ReturnType<typeof sync>>, number>>(true);
  is<Equal<ReturnType<typeof later>, Promise<string>>>(true);
  await sync();
  await later();
  // @ts-expect-error: the work is a function.
  await withTransaction(Promise.resolve(1));
}
const sync = () => withTransaction(() => 1);
const later = () => withTransaction(async () => Promise.resolve(''));

@CacheDefaults({ ttl: '5m', capacity: 10, persist: 'jsonl', scope: 'class' })
export class Defaults {
  static {
    cacheDefaults(this, { capacity: 5 });
    // @ts-expect-error: a name is of one method.
    cacheDefaults(this, { name: 'all' });
  }
  // @ts-expect-error: before a class, not a method.
  @CacheDefaults({ capacity: 1 })
  method(): string {
    return '';
  }
}

// @ts-expect-error: no such option.
@CacheDefaults({ max: 5 })
export class Wrong {}
