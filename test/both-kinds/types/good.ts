/** What `@Cached` must accept, under both kinds of decorators. Never run: the compiler reads it. No line here may need a comment for the compiler. */
import { Cached, type CachedOptions, type ClassCodec, type Reviving } from 'scrubjay';

interface Entity {
  id: string;
}
interface User extends Entity {
  name: string;
}
type Row<T> = T extends string ? number : Date;

export class Repository<T, E extends Entity = User, K extends keyof E = keyof E> {
  declare value: T;
  declare entity: E;

  @Cached()
  bare(): T {
    return this.value;
  }
  @Cached()
  optional(): T | undefined {
    return this.value;
  }
  @Cached()
  async promised(): Promise<T> {
    return this.value;
  }
  @Cached()
  async promisedOptional(): Promise<T | null | undefined> {
    return this.value;
  }
  @Cached()
  twice(): Promise<Promise<T>> {
    throw new Error();
  }
  @Cached()
  eitherWay(): T | Promise<T> {
    return this.value;
  }
  @Cached()
  awaited(): Promise<Awaited<T>> {
    throw new Error();
  }
  @Cached()
  nonNullable(): Promise<NonNullable<T>> {
    throw new Error();
  }
  @Cached()
  list(): T[] {
    return [];
  }
  @Cached()
  page(): Promise<{ items: E[]; next?: string }> {
    throw new Error();
  }
  @Cached()
  constrained(): E {
    return this.entity;
  }
  @Cached()
  constrainedPromise(): Promise<E | undefined> {
    throw new Error();
  }
  @Cached()
  property(key: K): E[K] {
    return this.entity[key];
  }
  @Cached()
  picked(): Pick<E, K> {
    return this.entity;
  }
  @Cached()
  partial(): Promise<Partial<T>> {
    throw new Error();
  }
  @Cached()
  mapped(): { [P in keyof T]: T[P] } {
    return this.value;
  }
  @Cached()
  anyProperty(): T[keyof T] {
    throw new Error();
  }
  @Cached()
  conditional(): Row<T> {
    throw new Error();
  }
  @Cached()
  async conditionalPromise(): Promise<Row<T>[]> {
    throw new Error();
  }
  @Cached()
  map(): Promise<Map<string, T>> {
    throw new Error();
  }

  @Cached()
  method<U>(value: U): U {
    return value;
  }
  @Cached()
  methodPromise<U extends T>(value: U): Promise<U> {
    return Promise.resolve(value);
  }
  @Cached()
  methodKey<P extends keyof E>(key: P): Promise<E[P]> {
    return Promise.resolve(this.entity[key]);
  }
  @Cached()
  methodConditional<U>(_value: U): U extends Entity ? U : undefined {
    throw new Error();
  }
  @Cached()
  methodDefault<U = unknown>(_url: string): Promise<U> {
    throw new Error();
  }

  @Cached({ key: (value) => value })
  keyOfParameter(value: T): T {
    return value;
  }
  @Cached({ key: (entity) => [entity.id, entity], when: (entity) => entity.id !== '', scope: (self) => self.value })
  keyOfConstrained(entity: E): Promise<E> {
    return Promise.resolve(entity);
  }
  @Cached({ params: ['entity', 'value'], omit: ['value'], secret: ['entity'], defaults: { value: 1 } })
  namesOfParameters(entity: E, _value?: T): Promise<E> {
    return Promise.resolve(entity);
  }
  @Cached({ params: ['entity', '...values'], omit: ['values'] })
  namesOfRest(entity: E, ..._values: T[]): Promise<E> {
    return Promise.resolve(entity);
  }
  @Cached({ params: ['entity', 'key'], key: (entity, key) => [entity.id, key], omit: ['key'] })
  namesOfMethodParameters<P extends keyof E>(entity: E, key: P): E[P] {
    return entity[key];
  }
  overloaded(entity: E): Promise<E>;
  overloaded(entity: T, key: K): Promise<T>;
  // No key: under standard decorators TypeScript 5.4 (not 5.5) leaves the arguments undecided where one is an E, and a key function
  // must then name all of them, none optional. With `...args` it works there, too.
  @Cached({ params: ['entity', 'key'], omit: ['key'] })
  overloaded(entity: E | T, _key?: K): Promise<E | T> {
    return Promise.resolve(entity);
  }
  @Cached({ key: (value) => [value], when: (value) => value !== undefined })
  keyOfMethodParameter<U>(value: U): U {
    return value;
  }
}

export class Results {
  @Cached()
  any(): any {}
  @Cached()
  unknown(): unknown {
    return 1;
  }
  @Cached()
  async anyPromise(): Promise<any> {}
  @Cached()
  async unknownPromise(): Promise<unknown> {
    return 1;
  }
  @Cached()
  never(): never {
    throw new Error();
  }
  @Cached()
  async neverPromise(): Promise<never> {
    throw new Error();
  }
  @Cached()
  nothing(): undefined {
    return undefined;
  }
  @Cached()
  async nothingPromise(): Promise<undefined> {
    return undefined;
  }
  @Cached()
  nil(): null {
    return null;
  }
  @Cached()
  async maybe(): Promise<User | undefined> {
    return undefined;
  }
  @Cached()
  sometimes(found: boolean): string | void {
    if (found) return '';
  }
  @Cached()
  literal(): 'on' | 'off' {
    return 'on';
  }
  @Cached()
  predicate(value: unknown): value is string {
    return typeof value === 'string';
  }
  @Cached()
  thisType(): this {
    return this;
  }
  @Cached()
  async thisPromise(): Promise<this> {
    return this;
  }
  @Cached()
  text(): string {
    return '';
  }
  @Cached()
  array(): readonly string[] {
    return [];
  }
  @Cached()
  iterable(): Iterable<string> {
    return [];
  }
  @Cached()
  set(): Set<string> {
    return new Set();
  }
  @Cached()
  page(): { next: string; pipe: string } {
    throw new Error();
  }
  @Cached()
  tuple(): [string, number] {
    return ['', 1];
  }
  @Cached()
  callable(): () => string {
    return () => '';
  }
  @Cached()
  thenable(): PromiseLike<string> {
    return Promise.resolve('');
  }
  @Cached()
  object(): object {
    return {};
  }
}

const SYMBOL: unique symbol = Symbol('method');

export class Forms {
  declare tenant: string;

  overloaded(value: string): string;
  overloaded(value: number, radix: number): number;
  @Cached({ key: (value) => value, params: ['value', 'radix'] })
  overloaded(value: string | number, _radix?: number): string | number {
    return value;
  }
  shorterLast(value: string, locale: string): string;
  shorterLast(value: string): string;
  @Cached({ params: ['value', 'locale'], omit: ['locale'] })
  shorterLast(value: string, _locale?: string): string {
    return value;
  }
  @Cached({ key: (id, locale) => [id, locale], defaults: { locale: 'en' } })
  withDefault(id: string, locale = 'en'): string {
    return id + locale;
  }
  @Cached({ params: ['id', '...others'], omit: ['others'] })
  rest(id: string, ...others: number[]): string {
    return id + others.length;
  }
  @Cached({ key: ({ id }, [first]) => [id, first], params: ['user', 'list'] })
  destructured({ id }: User, [first]: string[]): string | undefined {
    return id + first;
  }
  @Cached({ scope: (self) => self.tenant, key: (id) => id })
  withThis(this: Forms, id: string): string {
    return id + this.tenant;
  }
  @Cached({ params: [] })
  none(): number {
    return 1;
  }
  @Cached({ when: (x) => x > 1 })
  private hidden(x: number): number {
    return x;
  }
  @Cached()
  protected shielded(x: number): number {
    return this.hidden(x);
  }
  @Cached({ scope: (self) => self.name, key: (id) => id })
  static shared(id: string): string {
    return id;
  }
  @Cached()
  [SYMBOL](id: string): string {
    return id;
  }
  @Cached()
  [Symbol.toPrimitive](hint: string): string {
    return hint;
  }
  @Cached()
  'quoted name'(id: string): string {
    return id;
  }
  @Cached()
  async(id: string): string {
    return id;
  }
}

export abstract class Base<T> {
  abstract find(id: string): Promise<T>;
  @Cached()
  async get(id: string): Promise<T | undefined> {
    return this.find(id);
  }
  @Cached({ scope: (self) => self.tenant })
  protected secret(): number {
    return 1;
  }
  private readonly tenant = 1;
}

export class Derived extends Base<User> {
  @Cached({ ttl: '5m', key: (id) => id.length })
  override async find(id: string): Promise<User> {
    return { id, name: '' };
  }
  @Cached()
  override async get(id: string): Promise<User> {
    return this.find(id);
  }
}

export function mixin<T, C extends new (...args: any[]) => object>(Parent: C, value: T) {
  class Mixed extends Parent {
    @Cached()
    promised(): Promise<T> {
      return Promise.resolve(value);
    }
    @Cached({ key: (other) => other })
    bare(other: T): T {
      return other;
    }
  }
  return Mixed;
}

// Options and decorators that are made elsewhere.
const hourly: CachedOptions = { ttl: '1h', key: (...args) => args };
const Hourly = Cached({ ttl: '1h', capacity: 10 });
const ById = Cached({ key: (id: string) => id });
const byTenant = (capacity: number) => Cached({ capacity, scope: (self: { tenant: string }) => self.tenant });
const names: string[] = ['id'];
const written = ['id', 'locale'] as const;

export class Elsewhere<T> {
  tenant = '';

  @Cached(hourly)
  a(id: string): Promise<string> {
    return Promise.resolve(id);
  }
  @Cached({ ...hourly, capacity: 5 })
  b(_id: string): Promise<T> {
    throw new Error();
  }
  @Hourly
  c(id: string, _locale?: string): Promise<string> {
    return Promise.resolve(id);
  }
  @Hourly
  d(): Promise<T> {
    throw new Error();
  }
  @ById
  e(id: string): string {
    return id;
  }
  @byTenant(5)
  f(id: T): T {
    return id;
  }
  @Cached({ params: names, omit: names, defaults: { anything: 1 } })
  g(id: string): string {
    return id;
  }
  @Cached({ params: written, omit: ['locale'], secret: ['id'], defaults: { locale: 'en' } })
  h(id: string, locale?: string): string {
    return id + locale;
  }
  // A list that names only the first parameters leaves the others to be named elsewhere.
  @Cached({ params: ['id'], omit: ['logger'] })
  i(id: string, _logger: object): string {
    return id;
  }
  @Cached({ omit: ['logger'], secret: ['token'], defaults: { take: 10 } })
  j(id: string, _token: string, _take: number, _logger: object): string {
    return id;
  }
  @Cached(Math.random() > 2 ? { capacity: 1 } : undefined)
  k(id: string): string {
    return id;
  }
}

class Money {
  private constructor(readonly cents: number) {}
  static of(cents: number): Money {
    return new Money(cents);
  }
}
abstract class Shape {
  abstract area(): number;
}
const money: ClassCodec<Money, number> = { class: Money, dump: (each) => each.cents, load: (cents) => Money.of(cents) };
const all: Reviving[] = [Shape, money];

export class Revived {
  @Cached({ persist: { revive: Money } })
  one(): Money {
    return Money.of(1);
  }
  @Cached({ persist: { revive: [Money, Shape, money, { name: 'shape', class: Shape }, ...all] } })
  list(): Money[] {
    return [];
  }
  @Cached({ persist: { revive: { class: Money, dump: (each) => each.cents, load: (cents: number) => Money.of(cents) } } })
  untyped(): Money {
    return Money.of(1);
  }
  @Cached({ persist: { driver: 'msgpack', revive: { class: Money, dump: (each: Money) => each.cents, load: Money.of } as const } })
  async typed(): Promise<Money> {
    return Money.of(1);
  }
}
