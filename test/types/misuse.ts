/** What the compiler says of `@Cached` and `@Key` in the wrong place, under TypeScript's own decorators. Never run: the compiler reads it. */
import { Cached, Key } from 'scrubjay';

export class Good {
  @Cached({ capacity: 1, ttl: '5m', persist: 'jsonl' })
  plain(@Key('id') id: string, @Key('locale') locale = 'en', @Key.ignore() _logger?: object, @Key.secret() _token?: string): string {
    return id + locale;
  }
  @Cached({ params: ['id'], omit: ['others'] })
  mixed(id: string, @Key('...others') ...others: string[]): string {
    return id + others.length;
  }
  @Cached()
  static rest(@Key('...ids') ...ids: string[]): number {
    return ids.length;
  }
}

export class Bad {
  // @ts-expect-error: not on a getter.
  @Cached()
  get all(): string[] {
    return [];
  }
  // @ts-expect-error: not on a setter.
  @Cached()
  set tenant(_value: string) {}
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
  static shared2 = 1;
  // @ts-expect-error: not on a private field.
  @Cached({ capacity: 1 })
  private readonly hidden = 1;
  // @ts-expect-error: not on a parameter of the constructor.
  constructor(@Cached() id: string) {
    void [id, this.hidden];
  }
  // @ts-expect-error: not on a parameter.
  parameter(@Cached() id: string): string {
    return id;
  }
  // @ts-expect-error: not on a parameter that is a function.
  callback(@Cached() load: () => string): string {
    return load();
  }
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
  // @ts-expect-error: a name is needed.
  nameless(@Key() _id: string): void {}
  // @ts-expect-error: a name is text.
  numbered(@Key(1) _id: string): void {}
  // @ts-expect-error: not without parentheses.
  bareKey(@Key _id: string): void {}
  // @ts-expect-error: a name is text.
  secret(@Key.secret(1) _id: string): void {}
  // @ts-expect-error: a key names a parameter, not a method.
  @Key('id')
  method(): void {}
}

// @ts-expect-error: not on a class.
@Cached()
export class Whole {}

// @ts-expect-error: not on a class, without parentheses.
@Cached
export class WholeBare {}
