/** What `@Cached` must refuse, under both kinds of decorators. Never run: the compiler reads it. */
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { Cached, type CachedOptions, type Duration } from 'scrubjay';

interface Observable<T> {
  subscribe(next: (value: T) => void): { unsubscribe(): void };
  pipe<U>(operator: (source: Observable<T>) => Observable<U>): Observable<U>;
}

/** Results that cannot be kept. */
export class Results<T> {
  // @ts-expect-error: a method without a result.
  @Cached()
  none(): void {}
  // @ts-expect-error: also when nobody wrote its type.
  @Cached()
  inferred() {}
  // @ts-expect-error: nor one that promises no result.
  @Cached()
  async promised(): Promise<void> {}
  // @ts-expect-error: nor one that asserts.
  @Cached()
  assertion(value: unknown): asserts value is string {
    void value;
  }
  // @ts-expect-error: a generator.
  @Cached()
  *generator(): Generator<string> {
    yield '';
  }
  // @ts-expect-error: an async generator.
  @Cached()
  async *asyncGenerator(): AsyncGenerator<string> {
    yield '';
  }
  // @ts-expect-error: a generator nobody wrote the type of.
  @Cached()
  *inferredGenerator() {
    yield 1;
  }
  // @ts-expect-error: an iterator.
  @Cached()
  iterator(): Iterator<string> {
    return [''].values();
  }
  // @ts-expect-error: an iterator that can be iterated.
  @Cached()
  iterableIterator(): IterableIterator<string> {
    return [''].values();
  }
  // @ts-expect-error: an iterator of a promise.
  @Cached()
  async promisedIterator(): Promise<AsyncIterator<string>> {
    throw new Error();
  }
  // @ts-expect-error: an iterator or something else.
  @Cached()
  union(): string[] | Iterator<string> {
    return [];
  }
  // @ts-expect-error: an iterator of T.
  @Cached()
  ofParameter(): Generator<T> {
    throw new Error();
  }
  // @ts-expect-error: a stream.
  @Cached()
  stream(): Readable {
    return Readable.from([]);
  }
  // @ts-expect-error: a promised stream.
  @Cached()
  async promisedStream(): Promise<NodeJS.ReadableStream> {
    return Readable.from([]);
  }
  // @ts-expect-error: a web stream.
  @Cached()
  webStream(): ReadableStream<string> {
    return new ReadableStream();
  }
  // @ts-expect-error: an Observable.
  @Cached()
  observable(): Observable<T> {
    throw new Error();
  }
  // @ts-expect-error: a static method without a result.
  @Cached()
  static none(): void {}
  // @ts-expect-error: a private method without a result.
  @Cached()
  private hidden(): void {
    this.hidden();
  }
}

function ofDate(this: Date, id: string): unknown {
  return [this.getTime(), id];
}

/** Options that are wrong. */
export class Options {
  // @ts-expect-error: no such option.
  @Cached({ max: 5 })
  option1(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such option, beside functions.
  @Cached({ max: 5, key: (id) => id, params: ['id'] })
  option2(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such option, one letter off.
  @Cached({ capactiy: 5 })
  option3(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such unit.
  @Cached({ ttl: '5 weeks' })
  option4(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no time at all.
  @Cached({ ttl: '' })
  option5(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no unit.
  @Cached({ ttl: '5' })
  option6(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no number.
  @Cached({ ttl: 'm' })
  option7(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: not a time.
  @Cached({ ttl: new Date() })
  option8(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: not a time.
  @Cached({ ttl: true })
  option9(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: capacity is a number.
  @Cached({ capacity: '5' })
  option10(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such driver.
  @Cached({ persist: 'sqlite' })
  option11(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: revive takes classes.
  @Cached({ persist: { revive: ['User'] } })
  reviveByName(): string {
    return '';
  }
  // @ts-expect-error: no such member.
  @Cached({ persist: { revive: { class: Date, codec: 1 } } })
  reviveWithCodec(): string {
    return '';
  }
  // @ts-expect-error: no such option of persist.
  @Cached({ persist: { folder: '.cache' } })
  option12(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such durability.
  @Cached({ persist: { durability: 'never' } })
  option13(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such scope.
  @Cached({ scope: 'global' })
  option14(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: name is text.
  @Cached({ name: 1 })
  option15(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a registry is not a name.
  @Cached({ registry: 'default' })
  option16(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such answer to what has no key.
  @Cached({ unkeyable: 'ignore' })
  option17(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: yes or no.
  @Cached({ identity: 'yes' })
  option18(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: yes or no.
  @Cached({ hashKeys: 1 })
  option19(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a pepper is text or bytes.
  @Cached({ pepper: 42 })
  option20(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a list of names, not one.
  @Cached({ params: 'id' })
  option21(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: names are text.
  @Cached({ params: [1] })
  option22(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a list of names, not one.
  @Cached({ omit: 'id' })
  option23(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: defaults go by name.
  @Cached({ defaults: 'en' })
  option24(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: an async when would always say yes.
  @Cached({ when: async () => true })
  option25(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: when says yes or no.
  @Cached({ when: (id) => id })
  option26(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: when says something.
  @Cached({ when: () => {} })
  option27(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: when is a function.
  @Cached({ when: true })
  option28(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: when gets what the method gets.
  @Cached({ when: (id: number) => id > 1 })
  option29(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the method has two parameters.
  @Cached({ when: (id, locale, more) => more })
  option30(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such property of an argument.
  @Cached({ when: (id) => id.isNew })
  option31(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: key gets what the method gets.
  @Cached({ key: (id: Date) => id })
  option32(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the second one may be missing.
  @Cached({ key: (id, locale: string) => [id, locale] })
  option33(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the method has two parameters.
  @Cached({ key: (id, locale, more) => [id, locale, more] })
  option34(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such property of an argument.
  @Cached({ key: (id) => id.length.nothing })
  option35(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a key is found at once.
  @Cached({ key: async (id) => id })
  option36(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a key is found at once, in any case.
  @Cached({ key: (id) => (id === '' ? id : Promise.resolve(id)) })
  option37(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: a key is something.
  @Cached({ key: (id) => void id })
  option38(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: key is a function.
  @Cached({ key: 'id' })
  option39(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: no such property of the instance.
  @Cached({ scope: (self) => self.nothing })
  option40(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the instance is all that scope gets.
  @Cached({ scope: (self, id) => [self, id] })
  option41(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: another class.
  @Cached({ scope: (self: Date) => self.getTime() })
  option42(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the instance is no Date.
  @Cached({ key: ofDate })
  option43(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: the method has two parameters.
  @Cached({ params: ['id', 'locale', 'more'] })
  option44(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: params has no such name.
  @Cached({ params: ['id', 'locale'], omit: ['logger'] })
  option45(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: params has no such name.
  @Cached({ params: ['id', 'locale'], secret: ['token'] })
  option46(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: params has no such name.
  @Cached({ params: ['id', 'locale'], defaults: { language: 'en' } })
  option47(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: params has no such name, before it.
  @Cached({ omit: ['logger'], params: ['id', 'locale'] })
  option48(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: params has no such name, with its dots.
  @Cached({ params: ['id', '...more'], omit: ['...more'] })
  option49(id: string, locale?: string): string {
    return id + locale;
  }
  // @ts-expect-error: options are an object.
  @Cached('5m')
  notAnObject(id: string): string {
    return id;
  }
  // @ts-expect-error: one object.
  @Cached({}, {})
  twoObjects(id: string): string {
    return id;
  }
  // @ts-expect-error: the class has no instance here.
  @Cached({ scope: (self) => self.tenant })
  static shared(id: string): string {
    return id;
  }
  // @ts-expect-error: a method without parameters has no names.
  @Cached({ params: ['id'] })
  none(): string {
    return '';
  }
  tenant = 't';
}

// The same without a decorator.
const options: CachedOptions[] = [];
// @ts-expect-error: no such option.
options.push({ max: 5 });
const times: Duration[] = [1, '1ms', '1.5s', '5m', '2h', '7d'];
// @ts-expect-error: no such unit.
times.push('1w');

// A decorator made elsewhere still looks at the method.
const Hourly = Cached({ ttl: '1h' });
const ById = Cached({ key: (id: string) => id });
export class Elsewhere {
  // @ts-expect-error: a method without a result.
  @Hourly
  save(): void {}
  // @ts-expect-error: not on a getter of a number.
  @Hourly
  get all(): number {
    return 1;
  }
  // @ts-expect-error: not on a field.
  @ById
  field = 1;
}
