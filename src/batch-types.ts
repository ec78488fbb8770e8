/**
 * How the compiler reads `@CachedBatch` and `cachedBatch`: what is said of one element, and which methods can be loaded in batches.
 */
import type { BatchOptions } from './batch-options.js';
import type { AnyClass, MethodName, MethodOf, Place, SelfOf, Unless } from './decorator-types.js';
import type { BatchShape } from './flight/batch-result.js';
import type { AnyMethod } from './method-cache.js';
import type { Complaint, Misuse } from './method-types.js';
import type { CachedOptions } from './options.js';

/** What `@CachedBatch` takes: what `@Cached` takes for one element, and how elements are loaded together. */
export type CachedBatchOptions<
  F extends AnyMethod = AnyMethod,
  This = any,
  Names extends readonly string[] = readonly string[],
  Parts = unknown,
  Returns extends BatchShape = BatchShape,
  Gathers extends boolean = boolean,
> = CachedOptions<ElementMethod<F>, This, Names, Parts> & BatchOptions<Returns, Gathers>;

/** A batch method as a call for one element sees it: an id in the place of the list, when that comes first. */
export type ElementMethod<F extends AnyMethod> =
  Parameters<F> extends readonly [(infer List)?, ...infer Others]
    ? NonNullable<List> extends readonly (infer Id)[]
      ? (id: Id, ...others: Others) => ElementOf<Awaited<ReturnType<F>>>
      : AnyMethod
    : AnyMethod;

type ElementOf<Result> = Result extends readonly (infer Value)[] ? Value : Result extends ReadonlyMap<any, infer Value> ? Value | undefined : any;

/** `@CachedBatch(options)`. */
export type CachedBatchDecorator = <
  F extends AnyMethod,
  This = any,
  const Names extends readonly string[] = readonly string[],
  Parts = unknown,
  Returns extends BatchShape = 'list',
  Gathers extends boolean = false,
>(
  options?: CachedBatchOptions<F, This, Names, Parts, Returns, Gathers>,
  ...surplus: never[]
) => BatchDecoratorOfBothKinds<F, This, Names, Parts, Returns, Gathers>;

/** As `MethodDecoratorOfBothKinds`, which says why it is made like this. */
export interface BatchDecoratorOfBothKinds<
  F extends AnyMethod = AnyMethod,
  This = any,
  Names extends readonly string[] = readonly string[],
  Parts = unknown,
  Returns extends BatchShape = 'list',
  Gathers extends boolean = false,
> {
  <Found extends AnyMethod>(
    ...place: Place<Found, any, BatchComplaint<Found, 'pattern', Parts, Names, Returns, Gathers>>
  ): BatchComplaint<Found, 'text', Parts, Names, Returns, Gathers>;
  (...place: Place<F, This>): any;
}

/** `cachedBatch(this, 'findMany', options)`; private and protected methods as for `cached`. */
export interface CachedBatchFunction {
  <F extends AnyMethod = never>(
    owner: AnyClass,
    name: Unless<BatchComplaint<F>, [F] extends [never] ? never : string | symbol>,
    options?: CachedBatchOptions<F>,
  ): void;
  <
    C extends AnyClass,
    Name extends MethodName<C>,
    const Names extends readonly string[] = readonly string[],
    Parts = unknown,
    Returns extends BatchShape = 'list',
    Gathers extends boolean = false,
  >(
    owner: C,
    name: Name extends unknown ? Unless<BatchComplaint<MethodOf<C, Name>, 'text', Parts, Names, Returns, Gathers>, Name> : never,
    options?: CachedBatchOptions<MethodOf<C, Name>, SelfOf<C, Name>, Names, Parts, Returns, Gathers>,
  ): void;
}

type Form = 'text' | 'pattern';

/** What stands against caching the method by element, beside what stands against caching it at all. */
type BatchComplaint<
  F extends AnyMethod,
  As extends Form = 'text',
  Parts = unknown,
  Names extends readonly string[] = readonly string[],
  Returns extends BatchShape = BatchShape,
  Gathers extends boolean = boolean,
> = Complaint<F, As, Parts, Names, OfBatch<F, As, Returns, Gathers>>;

interface Forms<Text extends string> {
  text: Misuse<Text>;
  pattern: unknown;
}

type OfBatch<F extends AnyMethod, As extends Form, Returns, Gathers> =
  TakesList<Parameters<F>> extends false
    ? Forms<'a batch method takes a list of ids'>[As]
    : IsAny<Awaited<ReturnType<F>>> extends true
      ? never
      : [Returns] extends ['map']
        ? [Awaited<ReturnType<F>>] extends [ReadonlyMap<any, any>]
          ? OfGather<F, As, Gathers>
          : Forms<"with returns: 'map' the method gives a Map">[As]
        : [Awaited<ReturnType<F>>] extends [readonly unknown[]]
          ? OfGather<F, As, Gathers>
          : [Awaited<ReturnType<F>>] extends [ReadonlyMap<any, any>]
            ? [BatchShape] extends [Returns]
              ? OfGather<F, As, Gathers>
              : Forms<"the method gives a Map: say returns: 'map'">[As]
            : Forms<'a batch method gives a list, or a Map, of results'>[As];

type OfGather<F extends AnyMethod, As extends Form, Gathers> = [Gathers] extends [true]
  ? [ReturnType<F>] extends [PromiseLike<unknown>]
    ? never
    : Forms<'gather is for methods that answer with promises'>[As]
  : never;

/** Whether any parameter takes a list; which one it is may be said by name. */
type TakesList<Args extends readonly unknown[]> = number extends Args['length']
  ? true
  : true extends { [Index in keyof Args]-?: NonNullable<Args[Index]> extends readonly unknown[] ? true : false }[number]
    ? true
    : false;

type IsAny<T> = 0 extends 1 & T ? true : false;
