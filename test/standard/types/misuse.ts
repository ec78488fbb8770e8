/** What the compiler says of `@Cached` under standard decorators. Never run: `npm run typecheck` reads it. */
import { Cached } from '../../../src/index';

export class Good<T> {
  @Cached({ capacity: 1, ttl: '5m', persist: 'jsonl', params: ['id', 'locale'] })
  plain(id: string, locale = 'en'): string {
    return id + locale;
  }
  @Cached()
  async generic<U extends T>(value: U): Promise<U> {
    return Promise.resolve(value);
  }
  @Cached()
  #hidden(): this {
    return this;
  }
  shown(): this {
    return this.#hidden();
  }
  @Cached()
  static rest(...ids: string[]): number {
    return ids.length;
  }
}

const kept: string = new Good<number>().plain('1');
// @ts-expect-error: the decorated method keeps its arguments.
new Good<number>().plain(1);
void kept;

export class Bad {
  // @ts-expect-error: not on a getter.
  @Cached()
  get all(): string[] {
    return [];
  }
  // @ts-expect-error: not on a field.
  @Cached()
  field = 1;
  // @ts-expect-error: not on an accessor.
  @Cached()
  accessor value = 1;
  // @ts-expect-error: not without parentheses.
  @Cached
  bare(): void {}
  // @ts-expect-error: no such option.
  @Cached({ max: 5 })
  option(): void {}
}

// @ts-expect-error: not on a class.
@Cached()
export class Whole {}
