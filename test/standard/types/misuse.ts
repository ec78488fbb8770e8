/** What the compiler says of `@Cached` in the wrong place, under standard decorators. Never run: the compiler reads it. */
import { Cached, Key } from 'scrubjay';
import { type Equal, is } from '../../both-kinds/types/equal';

export class Good<T> {
  declare tenant: T;
  @Cached({ capacity: 1, ttl: '5m', persist: 'jsonl', params: ['id', 'locale'] })
  plain(id: string, locale = 'en'): string {
    return id + locale;
  }
  @Cached({
    key: (id) => is<Equal<typeof id, string>>(true),
    when(id) {
      return id !== '' && is<Equal<typeof this, Good<T>>>(true);
    },
    scope: (self) => self.tenant,
  })
  #hidden(id: string): Promise<T> {
    throw new Error(id);
  }
  @Cached({ scope: (self) => is<Equal<typeof self, typeof Good>>(true) })
  static #shared(): number {
    return 1;
  }
  shown(): Promise<T> {
    return this.#hidden(String(Good.#shared()));
  }
}

export const Expression = class<T> {
  @Cached({ key: (value) => value })
  value(value: T): T {
    return value;
  }
};

export class Bad {
  // @ts-expect-error: not on a getter.
  @Cached()
  get all(): string[] {
    return [];
  }
  // @ts-expect-error: nor on one that gives a function.
  @Cached()
  get loader(): () => string {
    return () => '';
  }
  // @ts-expect-error: not on a setter.
  @Cached()
  set tenant(_value: string) {}
  // @ts-expect-error: nor on one that takes a function.
  @Cached()
  set handler(_value: () => string) {}
  // @ts-expect-error: not on a static getter.
  @Cached()
  static get shared(): number {
    return 1;
  }
  // @ts-expect-error: not on a field.
  @Cached()
  field = 1;
  // @ts-expect-error: nor on one that holds a function.
  @Cached()
  arrow = (id: string): string => id;
  // @ts-expect-error: not on a static field.
  @Cached()
  static sharedField = 1;
  // @ts-expect-error: not on a private field.
  @Cached()
  #field = () => 1;
  // @ts-expect-error: not on an accessor.
  @Cached()
  accessor value = 1;
  // @ts-expect-error: nor on one that holds a function.
  @Cached()
  accessor loaded = (): number => this.#field();
  // @ts-expect-error: not without parentheses.
  @Cached
  bare(): string {
    return '';
  }
  // @ts-expect-error: not without parentheses.
  @Cached
  static bare(): string {
    return '';
  }
  // @ts-expect-error: a private method without a result.
  @Cached()
  #none(): void {
    this.#none();
  }
  // @ts-expect-error: standard decorators know no parameters.
  @Key('id')
  method(_id: string): void {}
}

// @ts-expect-error: not on a class.
@Cached()
export class Whole {}

// @ts-expect-error: not on a class, without parentheses.
@Cached
export class WholeBare {}
