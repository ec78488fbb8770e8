/** What the compiler says of `cached`, with which methods get their caches without decorators. Never run: the compiler reads it. */
import { cached } from 'scrubjay';
import { type Equal, is, parts } from './equal';

const SYMBOL: unique symbol = Symbol('method');

export class Users<T = string> {
  static {
    // Everything a decorator knows, this one knows.
    cached(this, 'find');
    cached(this, 'find', { capacity: 5, ttl: '5m', persist: 'jsonl', params: ['id', 'locale'], omit: ['locale'], defaults: { locale: 1 } });
    cached(this, 'find', {
      key: (id, locale) => parts(is<Equal<typeof id, string>>(true), is<Equal<typeof locale, number | undefined>>(true)),
      when(id) {
        return is<Equal<typeof id, string>>(true) && this.tenant === '';
      },
      scope: (self) => [self.tenant, self.region],
    });
    cached(this, 'generic', { key: (value) => value });
    cached(this, 'ofClass', { key: (value) => value });
    cached(this, SYMBOL);
    cached(this, Symbol.toPrimitive, { key: (hint) => hint.length });
    cached(this, 'quoted name');
    cached(this, 'inherited');
    cached(this, 'shared', { when: (count) => is<Equal<typeof count, number>>(true), scope: (self) => is<Equal<typeof self, typeof Users>>(true) });
    cached(Users, 'find');
    // Private and protected ones: by the type of the method.
    cached<Users['hidden']>(this, 'hidden', { key: (id) => id.toFixed() });
    cached<Users['shielded']>(this, 'shielded');

    // @ts-expect-error: no such method.
    cached(this, 'fidn');
    // @ts-expect-error: a private method, without its type.
    cached(this, 'hidden');
    // @ts-expect-error: no such method to take the type of.
    cached<Users['hiden']>(this, 'hidden');
    // @ts-expect-error: a private method without a result.
    cached<Users['hiddenVoid']>(this, 'hiddenVoid');
    // @ts-expect-error: the type of a field.
    cached<Users['tenant']>(this, 'tenant');
    // @ts-expect-error: a field.
    cached(this, 'tenant');
    // @ts-expect-error: a getter.
    cached(this, 'all');
    // @ts-expect-error: there is a static one as well, and nobody could tell which is meant.
    cached(this, 'both');
    // @ts-expect-error: a method without a result.
    cached(this, 'save');
    // @ts-expect-error: a method without a result.
    cached(this, 'saveLater');
    // @ts-expect-error: a generator.
    cached(this, 'each');
    // @ts-expect-error: the constructor.
    cached(this, 'constructor');
    // @ts-expect-error: the prototype.
    cached(this, 'prototype');
    // @ts-expect-error: no name.
    cached(this);
    // @ts-expect-error: a name is no number.
    cached(this, 1);
    // @ts-expect-error: no such option.
    cached(this, 'find', { max: 5 });
    // @ts-expect-error: no such unit.
    cached(this, 'find', { ttl: '5 weeks' });
    // @ts-expect-error: key gets what the method gets.
    cached(this, 'find', { key: (id: number) => id });
    // @ts-expect-error: an async when would always say yes.
    cached(this, 'find', { when: async () => true });
    // @ts-expect-error: a key is found at once.
    cached(this, 'find', { key: async (id) => id });
    // @ts-expect-error: the method has two parameters.
    cached(this, 'find', { params: ['id', 'locale', 'more'] });
    // @ts-expect-error: params has no such name.
    cached(this, 'find', { params: ['id', 'locale'], omit: ['logger'] });
    // @ts-expect-error: no such property of the instance.
    cached(this, 'find', { scope: (self) => self.nothing });
  }
  declare tenant: string;
  private readonly region = 'eu';

  find(id: string, locale?: number): Promise<string> {
    return Promise.resolve(id + locale);
  }
  generic<U>(value: U): U {
    return value;
  }
  ofClass(value: T): Promise<T> {
    return Promise.resolve(value);
  }
  [SYMBOL](id: string): string {
    return id;
  }
  [Symbol.toPrimitive](hint: string): string {
    return hint;
  }
  'quoted name'(): string {
    return '';
  }
  inherited(): number {
    return this.hidden(1) + this.region.length;
  }
  static shared(count: number): number {
    return count;
  }
  both(): number {
    return 1;
  }
  static both(): number {
    return 1;
  }
  private hidden(id: number): number {
    this.hiddenVoid();
    return id;
  }
  private hiddenVoid(): void {}
  protected shielded(): number {
    return 1;
  }
  get all(): string[] {
    return [];
  }
  save(): void {}
  async saveLater(): Promise<void> {}
  *each(): Generator<string> {
    yield '';
  }
}

export abstract class Base {
  static {
    cached(this, 'find', { scope: (self) => is<Equal<typeof self, Base>>(true) });
  }
  protected constructor() {}
  abstract load(): string;
  find(): string {
    return this.load();
  }
}

export class Singleton {
  static {
    cached(this, 'find');
  }
  private constructor() {}
  static readonly only = new Singleton();
  find(): string {
    return '';
  }
}

export function mixin<T>(value: T) {
  return class {
    static {
      cached(this, 'find', { when: (id) => id !== '' });
    }
    find(_id: string): { value: T }[] {
      return [{ value }];
    }
  };
}

declare const unknownClass: any;
cached(unknownClass, 'find');
// @ts-expect-error: an object is no class.
cached({ find: () => 1 }, 'find');
// @ts-expect-error: an instance is no class.
cached(new Users(), 'find');
