/**
 * How the compiler reads `@Cached` and `cached`: whichever kind of decorators a project uses, options know the method they stand before.
 */
import type { AnyMethod } from './method-cache.js';
import type { Complaint } from './method-types.js';
import type { CachedOptions } from './options.js';

/** `@Cached(options)`. The compiler knows the method first, from the place the decorator stands in, and then the functions among the options. */
export type CachedDecorator = <F extends AnyMethod = AnyMethod, This = any, const Names extends readonly string[] = readonly string[], Parts = unknown>(
  options?: CachedOptions<F, This, Names, Parts>,
  ...surplus: never[]
) => MethodDecoratorOfBothKinds<F, This, Names, Parts>;

/**
 * What TypeScript checks of the place a decorator stands in: a method whose results can be kept, whichever kind of decorators the project uses.
 * The first signature matches what must be refused, and gives what no decorator may give. The second one must be the last: `F` is inferred from it.
 */
export interface MethodDecoratorOfBothKinds<F extends AnyMethod = AnyMethod, This = any, Names extends readonly string[] = readonly string[], Parts = unknown> {
  // Not F: a decorator that was made elsewhere, as in `const Hourly = Cached({ ttl: '1h' })`, was made for any method.
  <Found extends AnyMethod>(...place: Place<Found, any, Complaint<Found, 'pattern', Parts, Names>>): Complaint<Found, 'text', Parts, Names>;
  (...place: Place<F, This>): any;
}

/** Where a decorator of either kind may stand. */
export type Place<F extends AnyMethod, This, Pattern = unknown> =
  | [method: F & Pattern, context: ClassMethodDecoratorContext<This, F>]
  | [target: This, name: string | symbol, descriptor: TypedPropertyDescriptor<F> & Pattern];

/**
 * `cached(this, 'find', options)`. Private and protected methods are not among the names the compiler can list: say their type,
 * `cached<Users['find']>(this, 'find', options)`.
 */
export interface CachedFunction {
  <F extends AnyMethod = never>(owner: AnyClass, name: Unless<Complaint<F>, [F] extends [never] ? never : string | symbol>, options?: CachedOptions<F>): void;
  <C extends AnyClass, Name extends MethodName<C>, const Names extends readonly string[] = readonly string[], Parts = unknown>(
    owner: C,
    name: Name extends unknown ? Unless<Complaint<MethodOf<C, Name>, 'text', Parts, Names>, Name> : never,
    options?: CachedOptions<MethodOf<C, Name>, SelfOf<C, Name>, Names, Parts>,
  ): void;
}

/** A class, also an abstract one or one whose constructor is private. */
export type AnyClass = Function & { readonly prototype: object };

/** The names of the methods of a class, static or not, as far as they are public. A name that is both is left out: nobody could tell which is meant. */
export type MethodName<C extends AnyClass> = 0 extends 1 & C
  ? string | symbol
  : Exclude<NameOfMethod<C['prototype']> | NameOfMethod<C>, NameOfMethod<C['prototype']> & NameOfMethod<C>>;

type NameOfMethod<T> = { [Name in keyof T]-?: T[Name] extends AnyMethod ? Name : never }[keyof T] & (string | symbol);

/** The type of one of the methods of a class. */
export type MethodOf<C extends AnyClass, Name> = Name extends keyof C['prototype']
  ? Extract<C['prototype'][Name], AnyMethod>
  : Name extends keyof C
    ? Extract<C[Name], AnyMethod>
    : never;

/** What `this` is in it. */
export type SelfOf<C extends AnyClass, Name> = Name extends keyof C['prototype'] ? C['prototype'] : C;

/** What was found, or something else where nothing was. */
export type Unless<Found, Otherwise> = [Found] extends [never] ? Otherwise : Found;
