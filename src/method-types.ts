/**
 * What can be said of a method by its type alone: what an option function of it takes, and whether its results can be kept.
 */
import type { AnyMethod } from './method-cache.js';

/**
 * What a call of the method passes: for an overloaded one, at each place what any of its overloads passes there.
 * TypeScript 5.4 leaves the patterns undecided under standard decorators where a parameter has a constrained type parameter of the class.
 * Inside an object what is undecided counts as unlike, and the plain arguments are what is left; they are usable although undecided.
 */
export type ArgumentsOf<F extends AnyMethod> = { of: OverloadsOf<F> } extends { of: Parameters<F> }
  ? Parameters<F>
  : { of: Parameters<F> } extends { of: OverloadsOf<F> }
    ? Merged<OverloadsOf<F>>
    : Parameters<F>;

/** One tuple for each overload, up to four; a method without overloads matches all four patterns alike. */
type OverloadsOf<F extends AnyMethod> = F extends {
  (...args: infer A): any;
  (...args: infer B): any;
  (...args: infer C): any;
  (...args: infer D): any;
}
  ? A | B | C | D
  : never;

/** A union of tuples cannot be passed to a function that names its parameters; one tuple can, whose later places may be missing. */
type Merged<Overloads extends readonly unknown[], Done extends readonly unknown[] = []> = number extends Overloads['length']
  ? any[]
  : `${Done['length']}` extends PlaceOf<Overloads>
    ? Merged<Overloads, [...Done, ...At<Overloads, `${Done['length']}`>]>
    : Done;

type PlaceOf<Overloads> = Overloads extends unknown ? keyof Overloads : never;

/** The place as a tuple of one: optional if a call may leave it out. */
type At<Overloads, Place extends string> = [Overloads] extends [{ [P in Place]: unknown }] ? [ValueAt<Overloads, Place>] : [ValueAt<Overloads, Place>?];

type ValueAt<Overloads, Place extends string> = Overloads extends unknown ? (Place extends keyof Overloads ? Overloads[Place] : never) : never;

/** The option `key`: called as the method is, gives the parts of the key. */
export type KeyOf<F extends AnyMethod = AnyMethod, This = any, Parts = unknown> = (this: NoInfer<This>, ...args: ArgumentsOf<F>) => Parts;

/** The option `when`: called as the method is, says at once whether this call is cached. */
export type WhenOf<F extends AnyMethod = AnyMethod, This = any> = (this: NoInfer<This>, ...args: ArgumentsOf<F>) => boolean;

/** The option `cacheErrors.when`: called with an error of the method and the arguments of the call. */
export type ErrorWhen<F extends AnyMethod = AnyMethod, This = any> = (this: NoInfer<This>, error: any, ...args: ArgumentsOf<F>) => boolean;

/** The option `ttl` as a function: how long a result stays fresh. */
export type TtlOf<F extends AnyMethod = AnyMethod, This = any> = (
  this: NoInfer<This>,
  result: Awaited<ReturnType<F>>,
  ...args: ArgumentsOf<F>
) => number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

/** The option `unless`: says at once whether this result is not to be stored, from the result, awaited, and the arguments of the call that gave it. */
export type UnlessOf<F extends AnyMethod = AnyMethod, This = any> = (this: NoInfer<This>, result: Awaited<ReturnType<F>>, ...args: ArgumentsOf<F>) => boolean;

/** The option `scope`. */
export type ScopeOf<This = any> = 'instance' | 'class' | ((self: NoInfer<This>) => unknown);

/** The option `tags`: the same for all results, or found from the result, awaited, and the arguments of the call that gave it. */
export type TagsOf<F extends AnyMethod = AnyMethod, This = any> =
  | readonly string[]
  | ((this: NoInfer<This>, result: Awaited<ReturnType<F>>, ...args: ArgumentsOf<F>) => readonly string[]);

/** The names `omit`, `secret` and `defaults` may use: those in `params` where that list is written out for every parameter, else any. */
export type ParameterName<F extends AnyMethod, Names extends readonly string[]> = { of: IsComplete<OverloadsOf<F>, Names> } extends { of: true }
  ? WithoutDots<Names[number]>
  : string;

type WithoutDots<Name extends string> = Name extends `...${infer Bare}` ? Bare : Name;

/** Whether a list names every parameter. A list that is not written out as literals has no length, and a rest parameter has no end but its own name. */
type IsComplete<Args extends readonly unknown[], Names extends readonly string[]> = number extends Names['length']
  ? false
  : Names extends readonly [...string[], `...${string}`]
    ? true
    : number extends Args['length']
      ? false
      : IsLonger<Args, Names> extends false
        ? true
        : false;

/** Whether any overload passes more arguments than there are names. */
type IsLonger<Args extends readonly unknown[], Names extends readonly string[]> = Args extends unknown
  ? Required<Args> extends readonly [...{ [Index in keyof Names]: unknown }, unknown, ...unknown[]]
    ? true
    : false
  : never;

/** Whether every overload passes fewer arguments than there are names. `false` for a method with a rest parameter. */
type IsShorter<Args extends readonly unknown[], Names extends readonly string[]> = number extends Names['length']
  ? false
  : Args extends unknown
    ? number extends Args['length']
      ? false
      : Required<Args> extends readonly [...{ [Index in keyof Names]: unknown }, ...unknown[]]
        ? false
        : true
    : never;

/**
 * What stands against caching the method, `Fine` if nothing does; `Form` says what is wanted of a complaint, its text or that it matches every value.
 * While a type parameter keeps a condition from being decided, TypeScript leaves it open, and nothing fits an open condition of which one branch is `never`:
 * that is why no method of a `Repository<T>` is refused by mistake.
 */
export type Complaint<
  F extends AnyMethod,
  Form extends keyof Forms = 'text',
  Parts = unknown,
  Names extends readonly string[] = readonly string[],
  Fine = never,
> = OfResult<ReturnType<F>, Form, OfKey<Parts, Form, OfNames<OverloadsOf<F>, Form, Names, Fine>>>;

/** What the compiler shows where it refuses a use of `@Cached`. No value is one. */
export interface Misuse<Text extends string> {
  readonly 'scrubjay refuses this': Text;
}

interface Forms<Text extends string = string> {
  text: Misuse<Text>;
  pattern: unknown;
}

// Results come first: what is wrong with the method makes its options meaningless.
type OfResult<Result, Form extends keyof Forms, Fine> =
  IsAny<Result> extends true
    ? Fine
    : [Awaited<Result>] extends [undefined]
      ? Fine
      : [Awaited<Result>] extends [void]
        ? Forms<'a method without a result cannot be cached'>[Form]
        : OfSingleUse<Awaited<Result>, Form, Fine>;

/** Known by their shape: a library has its own class of each. Iterables such as arrays and maps have no `next` and can be read again. */
type OfSingleUse<Result, Form extends keyof Forms, Fine> =
  IsAny<Result> extends true
    ? Fine
    : Result extends { next: AnyMethod }
      ? Forms<'an iterator or generator can be read only once; return an array'>[Form]
      : Result extends { pipe: AnyMethod; on: AnyMethod } | { getReader: AnyMethod }
        ? Forms<'a stream can be read only once; return what was read from it'>[Form]
        : Result extends { pipe: AnyMethod; subscribe: AnyMethod }
          ? Forms<'an Observable is not a result; return a promise, such as firstValueFrom(…)'>[Form]
          : Fine;

type OfKey<Parts, Form extends keyof Forms, Fine> =
  IsAny<Parts> extends true
    ? Fine
    : [Parts] extends [never]
      ? Fine
      : [Parts] extends [void]
        ? Forms<'key returns nothing; it must return the parts of the key'>[Form]
        : Parts extends PromiseLike<unknown>
          ? Forms<'key returns a promise; a key is needed before the call'>[Form]
          : Fine;

type OfNames<Args extends readonly unknown[], Form extends keyof Forms, Names extends readonly string[], Fine> =
  IsShorter<Args, Names> extends true ? Forms<'params names more parameters than the method has'>[Form] : Fine;

type IsAny<T> = 0 extends 1 & T ? true : false;
