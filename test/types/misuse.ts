/** What the compiler says of `@Cached` and `@Key` under TypeScript's own decorators. Never run: `npm run typecheck` reads it. */
import { Cached, Key } from '../../src/index';

export class Good<T> {
  @Cached({ capacity: 1, ttl: '5m', persist: 'jsonl' })
  plain(@Key('id') id: string, @Key('locale') locale = 'en'): string {
    return id + locale;
  }
  @Cached()
  async generic<U extends T>(@Key('value') value: U): Promise<U> {
    return Promise.resolve(value);
  }
  @Cached()
  protected hidden(): this {
    return this;
  }
  overloaded(value: string): string;
  overloaded(value: number): number;
  @Cached()
  overloaded(value: string | number): string | number {
    return value;
  }
  @Cached({ scope: (self: Good<number>) => self.tenant })
  static rest(...ids: string[]): number {
    return ids.length;
  }
  tenant = 1;
}

const kept: string = new Good<number>().plain('1');
// @ts-expect-error: the decorated method keeps its arguments.
new Good<number>().plain(1);
// @ts-expect-error: the decorated method keeps its result.
const lost: number = new Good<number>().plain('1');
void [kept, lost];

export class Bad {
  // @ts-expect-error: not on a getter.
  @Cached()
  get all(): string[] {
    return [];
  }
  // @ts-expect-error: not on a field.
  @Cached()
  field = 1;
  // @ts-expect-error: not without parentheses.
  @Cached
  bare(): void {}
  // @ts-expect-error: no such option.
  @Cached({ max: 5 })
  option(): void {}
  // @ts-expect-error: no such unit.
  @Cached({ ttl: '5 weeks' })
  unit(): void {}
  // @ts-expect-error: no such driver.
  @Cached({ persist: 'sqlite' })
  driver(): void {}
  // @ts-expect-error: a name is needed.
  named(@Key() _id: string): void {}
}

// @ts-expect-error: not on a class.
@Cached()
export class Whole {}
