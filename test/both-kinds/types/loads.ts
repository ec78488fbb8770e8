/** The types of what is said about loads, their errors and the life of results, under both kinds of decorators. Never run: the compiler reads it. */
import { Cached, CachedBatch, CacheRegistry, type Duration, type RegistryDefaults, withCacheControl } from 'scrubjay';
import { type Equal, is } from './equal';

class NotFound extends Error {
  readonly id: string = '';
}

declare const some: Duration;

export class Good {
  @Cached({ maxLoads: 8, maxQueuedLoads: 0, staleIfError: '1h', softTimeout: '100ms', hardTimeout: 5000 })
  async limited(id: string): Promise<string> {
    return id;
  }
  @Cached({ hardTimeout: some, idle: some, ttl: '1h' })
  async variable(id: string): Promise<string> {
    return id;
  }
  @Cached({ idle: '10m' })
  sync(id: string): string {
    return id;
  }
  @Cached({ idle: 1000, ttl: (result) => result.length })
  fromResult(id: string): string {
    return id;
  }
  @Cached({ cacheErrors: { ttl: '5s' } })
  allErrors(id: string): string {
    return id;
  }
  @Cached({
    cacheErrors: {
      ttl: 5000,
      when(error, id, locale) {
        return error instanceof NotFound && error.id === id && is<Equal<typeof id, string>>(true) && is<Equal<typeof locale, string | undefined>>(true);
      },
    },
  })
  async someErrors(id: string, locale?: string): Promise<string> {
    return id + locale;
  }
  @Cached({ cacheErrors: { ttl: '5s', when: ({ code }) => code === 'NOT_FOUND' } })
  static byCode(id: string): string {
    return id;
  }
  @CachedBatch({ maxLoads: 2, hardTimeout: '5s', idle: '1m', cacheErrors: { ttl: '1s', when: (_error, id) => is<Equal<typeof id, string>>(true) } })
  async many(ids: readonly string[]): Promise<number[]> {
    return ids.map((id) => id.length);
  }
}

export class Bad {
  // @ts-expect-error: a count is no text.
  @Cached({ maxLoads: '8' })
  async option1(id: string): Promise<string> {
    return id;
  }
  // @ts-expect-error: nor a time.
  @Cached({ maxLoads: 1, maxQueuedLoads: '5s' })
  async option2(id: string): Promise<string> {
    return id;
  }
  // @ts-expect-error: no such unit.
  @Cached({ softTimeout: '5 seconds', staleIfError: '1h' })
  async option3(id: string): Promise<string> {
    return id;
  }
  // @ts-expect-error: no unit.
  @Cached({ hardTimeout: '5' })
  async option4(id: string): Promise<string> {
    return id;
  }
  // @ts-expect-error: the time of a load is not found from its result.
  @Cached({ hardTimeout: (result: string) => result.length })
  async option5(id: string): Promise<string> {
    return id;
  }
  // @ts-expect-error: not a time.
  @Cached({ idle: true })
  option6(id: string): string {
    return id;
  }
  // @ts-expect-error: one life for all results that nobody uses.
  @Cached({ idle: () => '5m' })
  option7(id: string): string {
    return id;
  }
  // @ts-expect-error: for how long must be said.
  @Cached({ cacheErrors: true })
  option8(id: string): string {
    return id;
  }
  // @ts-expect-error: also where it is said which.
  @Cached({ cacheErrors: { when: () => true } })
  option9(id: string): string {
    return id;
  }
  // @ts-expect-error: no such unit.
  @Cached({ cacheErrors: { ttl: '5 seconds' } })
  option10(id: string): string {
    return id;
  }
  // @ts-expect-error: no such option.
  @Cached({ cacheErrors: { ttl: '5s', unless: () => true } })
  option11(id: string): string {
    return id;
  }
  // @ts-expect-error: an async answer would always be yes.
  @Cached({ cacheErrors: { ttl: '5s', when: async () => true } })
  option12(id: string): string {
    return id;
  }
  // @ts-expect-error: the arguments are those of the method.
  @Cached({ cacheErrors: { ttl: '5s', when: (_error: unknown, id: number) => id === 1 } })
  option13(id: string): string {
    return id;
  }
  // @ts-expect-error: not one that makes texts of a class.
  @Cached({ cacheErrors: [NotFound] })
  option14(id: string): string {
    return id;
  }
}

/** What an application says for all its methods. */
export const ours: RegistryDefaults = {
  ttl: '5m',
  idle: '1m',
  maxLoads: 8,
  hardTimeout: '5s',
  cacheErrors: { ttl: '1s', when: (error) => error instanceof NotFound },
};
export const kept = [
  new CacheRegistry({ defaults: ours, maxBytes: '64mb' }),
  new CacheRegistry({ defaults: { ttl: () => 5, scope: 'class', persist: 'jsonl' } }),
  // @ts-expect-error: of one method.
  new CacheRegistry({ defaults: { params: ['id'] } }),
  // @ts-expect-error: it is the registry.
  new CacheRegistry({ defaults: { registry: new CacheRegistry() } }),
  // @ts-expect-error: no such unit.
  new CacheRegistry({ defaults: { ttl: '5 weeks' } }),
];

withCacheControl({ mode: 'refresh', onAge: (age) => is<Equal<typeof age, number | undefined>>(true) }, () => 1);
// @ts-expect-error: an age may not be known.
withCacheControl({ onAge: (age: number) => age }, () => 1);
// @ts-expect-error: whoever asks is told.
withCacheControl({ onAge: true }, () => 1);
