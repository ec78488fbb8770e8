/** What functions among the options know of the method, and the caller of a decorated one, under both kinds of decorators. Never run: the compiler reads it. */
import { Cached, type CachedOptions, type CacheHandle, type CacheRegistry, type KeyOf, type TagsOf, type WhenOf } from 'scrubjay';
import { type Equal, is, parts } from './equal';

export class Users {
  tenant = 't';
  private readonly region = 'eu';

  @Cached({
    key: (id, locale) => parts(is<Equal<typeof id, string>>(true), is<Equal<typeof locale, number | undefined>>(true)),
    when: (id, locale) => is<Equal<typeof id, string>>(true) && is<Equal<typeof locale, number | undefined>>(true),
    scope: (self) => parts(is<Equal<typeof self, Users>>(true)),
  })
  find(id: string, locale?: number): Promise<string> {
    return Promise.resolve(id + locale);
  }

  @Cached({
    key(id) {
      return parts(is<Equal<typeof this, Users>>(true), is<Equal<typeof id, string>>(true));
    },
    when: function (id) {
      return is<Equal<typeof this, Users>>(true) && is<Equal<typeof id, string>>(true) && this.region === 'eu';
    },
    scope: ({ region }) => region,
  })
  withThis(id: string): string {
    return id;
  }

  @Cached({
    key: function (first, ...others) {
      return [this.tenant, first, is<Equal<typeof others, number[]>>(true)];
    },
  })
  rest(first: string, ...others: number[]): string {
    return first + others.length;
  }

  @Cached({ key: (...args) => is<Equal<typeof args, [id: string, at: Date]>>(true) })
  allArguments(id: string, at: Date): string {
    return id + at;
  }

  // The options before and after a function do not change what it knows.
  @Cached({ capacity: 5, ttl: '5m', when: (id) => is<Equal<typeof id, bigint>>(true), params: ['id'], persist: 'jsonl', name: 'big' })
  surrounded(id: bigint): bigint {
    return id;
  }

  overloaded(value: string): string;
  overloaded(value: number, radix: boolean): number;
  @Cached({ key: (value, radix) => [is<Equal<typeof value, string | number>>(true), is<Equal<typeof radix, boolean | undefined>>(true)] })
  overloaded(value: string | number, _radix?: boolean): string | number {
    return value;
  }

  @Cached({ key: (value) => is<Equal<typeof value, unknown>>(true) })
  generic<T>(value: T): T {
    return value;
  }

  @Cached({ key: (value) => is<Equal<typeof value, Users>>(true) })
  constrained<T extends Users>(value: T): Promise<T> {
    return Promise.resolve(value);
  }

  @Cached({
    key(id) {
      return [is<Equal<typeof this, typeof Users>>(true), is<Equal<typeof id, string>>(true)];
    },
    scope: (self) => is<Equal<typeof self, typeof Users>>(true),
  })
  static shared(id: string): string {
    return id;
  }

  @Cached({ key: (id: string | number) => id, when: (...args: unknown[]) => args.length > 0, scope: (self: { tenant: string }) => self.tenant })
  wider(id: string): string {
    return id;
  }
}

export class Annotated {
  tenant = 't';
  // What one function says of the instance does not change what the others know.
  @Cached({
    scope: (self: { tenant: string }) => self.tenant,
    when(id) {
      return is<Equal<typeof this, Annotated>>(true) && is<Equal<typeof id, string>>(true);
    },
  })
  find(id: string): string {
    return id;
  }
}

export class Repository<T> {
  @Cached({
    key: (value) => is<Equal<typeof value, T>>(true),
    when(value) {
      return is<Equal<typeof this, Repository<T>>>(true) && is<Equal<typeof value, T>>(true);
    },
    scope: (self) => is<Equal<typeof self, Repository<T>>>(true),
  })
  find(value: T): Promise<T> {
    return Promise.resolve(value);
  }
}

// The decorated method keeps its type.
is<Equal<Users['find'], (id: string, locale?: number) => Promise<string>>>(true);
is<Equal<Users['overloaded'], { (value: string): string; (value: number, radix: boolean): number }>>(true);
is<Equal<Users['generic'], <T>(value: T) => T>>(true);
is<Equal<Repository<Date>['find'], (value: Date) => Promise<Date>>>(true);
is<Equal<(typeof Users)['shared'], (id: string) => string>>(true);
declare const users: Users;
const kept: string = users.withThis('1');
// @ts-expect-error: the decorated method keeps its arguments.
users.withThis(1);
// @ts-expect-error: the decorated method keeps its result.
const lost: number = users.withThis('1');
void [kept, lost];

// The helpers, and options without a method.
type Find = (id: string, locale?: number) => Promise<string>;
is<Equal<Parameters<KeyOf<Find, Users>>, [id: string, locale?: number | undefined]>>(true);
is<Equal<ReturnType<WhenOf<Find, Users>>, boolean>>(true);
is<Equal<keyof ThisParameterType<Extract<TagsOf<Find, Users>, (...args: never[]) => unknown>>, keyof Users>>(true);
is<Equal<NonNullable<CachedOptions['omit']>, readonly string[]>>(true);
is<Equal<NonNullable<CachedOptions['params']>, readonly string[]>>(true);
is<Equal<Parameters<NonNullable<CachedOptions['key']>>, any[]>>(true);

/** Tags know the method they stand before, and its `this`. */
export class Tagged {
  declare tenant: string;

  @Cached({ index: ['id'], tags: (user, id, at) => [user.name, parts(is<Equal<typeof id, string>>(true), is<Equal<typeof at, Date | undefined>>(true))] })
  async find(id: string, _at?: Date): Promise<{ name: string }> {
    return Promise.resolve({ name: id });
  }

  @Cached({
    tags: function (text) {
      return [this.tenant, text];
    },
  })
  withThis(id: string): string {
    return id;
  }

  @Cached({ params: ['id'], index: ['id'], tags: ['all'] })
  list(id: string): string {
    return id;
  }

  // @ts-expect-error: tags are text.
  @Cached({ tags: (size) => [size] })
  size(id: string): number {
    return id.length;
  }
}

export async function invalidate(cache: CacheHandle<Tagged['find']>, registry: CacheRegistry): Promise<void> {
  is<Equal<typeof gone, number>>(true);
  const gone = (await cache.deleteWhere({ id: 'u1', at: undefined })) + (await cache.invalidateTags(['x'])) + (await registry.invalidateTags(['x']));
  // @ts-expect-error: parts are named.
  await cache.deleteWhere(['u1']);
  // @ts-expect-error: a list of tags.
  await registry.invalidateTags('x');
}

declare function tagged(tags: TagsOf<Find, Users>): void;
tagged(['users']);
tagged((result, id, locale) => [
  parts(is<Equal<typeof result, string>>(true), is<Equal<typeof id, string>>(true), is<Equal<typeof locale, number | undefined>>(true)),
]);
tagged(function (result) {
  return [this.tenant, result];
});
// @ts-expect-error: tags are text.
tagged([1]);
// @ts-expect-error: tags are text.
tagged((result) => [result.length]);
// @ts-expect-error: a list of tags, not one.
tagged((result) => result);
// @ts-expect-error: tags are found at once.
tagged(async (result) => [result]);
// @ts-expect-error: the result comes first, awaited.
tagged((result: Promise<string>) => [String(result)]);
// @ts-expect-error: the method has two parameters.
tagged((result, id, locale, more) => [result, id, String(locale), String(more)]);
