/** Classes of all kinds, and how their instances are kept. */
import type { ValueCodec, ValueCodecs } from '../../../src/persist/contract';

/** Shows all of its state. */
export class User {
  static constructed = 0;
  friends: unknown[] = [];
  constructor(
    readonly name: string,
    readonly extra: unknown = undefined,
  ) {
    User.constructed++;
  }
  get initial(): string {
    return this.name.charAt(0);
  }
}

export class Admin extends User {}

/** Shows nothing. */
export class Money {
  readonly #cents: number;
  constructor(cents: number) {
    this.#cents = cents;
  }
  get cents(): number {
    return this.#cents;
  }
}

/** Keeps its state where the language does. */
export class Bag extends Map<unknown, unknown> {}

export class NotFound extends Error {
  override readonly name = 'NotFound';
  constructor(readonly id: string) {
    super(`there is no ${id}`);
  }
}

const user: ValueCodec = { name: 'User', prototype: User.prototype };

export const codecs: ValueCodecs = [
  user,
  { name: 'NotFound', prototype: NotFound.prototype },
  {
    name: 'say "Money"',
    prototype: Money.prototype,
    custom: { dump: (money) => (money as Money).cents, load: (cents) => new Money(cents as number) },
  },
  { name: 'Bag', prototype: Bag.prototype, custom: { dump: (bag) => [...(bag as Bag)], load: (entries) => new Bag(entries as [unknown, unknown][]) } },
];

/** The same with other ways for a Bag. */
export const withBag = (ways: { dump?: (bag: Bag) => unknown; load?: (data: unknown) => unknown }): ValueCodecs =>
  codecs.map((codec) => (codec.name === 'Bag' ? { ...codec, custom: { ...codec.custom, ...ways } as NonNullable<ValueCodec['custom']> } : codec));
