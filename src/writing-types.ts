/**
 * How the compiler reads `@CacheEvict` and `@CachePut`: options know the method they stand before, and the cached one they name.
 */
import type { AnyClass, MethodDecoratorOfBothKinds, MethodName, MethodOf, Place, SelfOf } from './decorator-types.js';
import type { AnyMethod } from './method-cache.js';
import type { EvictOptions, PutOptions } from './writing-options.js';

/** The name of a method of the same class. Private ones are not among those the compiler can list. */
export type OwnTarget<This> = (keyof This & (string | symbol)) | (string & {}) | symbol;

/** A method of any class or instance, as `cacheOf` takes it. Called late, so that the class may be one that is defined later. */
export type OtherTarget<This, Owner extends object, Name extends NameIn<Owner>> = (self: NoInfer<This>) => readonly [owner: Owner, name: Name];

/** The names of the methods of a class, static ones included, or of an instance. */
export type NameIn<Owner extends object> = PropertyKey & (Owner extends AnyClass ? keyof Owner['prototype'] | keyof Owner : keyof Owner);

/** The type of the method of that name. */
export type MethodIn<Owner, Name> = 0 extends 1 & Owner
  ? AnyMethod
  : Owner extends AnyClass
    ? MethodOf<Owner, Name>
    : Name extends keyof Owner
      ? Extract<Owner[Name], AnyMethod>
      : AnyMethod;

/** What TypeScript checks of the place of a decorator that lets every method pass. */
export type AnyMethodDecorator<F extends AnyMethod, This> = (...place: Place<F, This>) => any;

/** `@CacheEvict(target, options)`. */
export interface CacheEvictDecorator {
  // First: a function that is tried against a text is read as one that gives an array, not a pair.
  <
    F extends AnyMethod = AnyMethod,
    This = any,
    Owner extends object = any,
    const Name extends NameIn<Owner> = any,
    const Names extends readonly string[] = readonly string[],
  >(
    target: OtherTarget<This, Owner, Name>,
    options?: EvictOptions<F, This, MethodIn<Owner, Name>, Names>,
    ...surplus: never[]
  ): AnyMethodDecorator<F, This>;
  <
    F extends AnyMethod = AnyMethod,
    This = any,
    const Name extends OwnTarget<This> = OwnTarget<This>,
    const Names extends readonly string[] = readonly string[],
  >(
    target: Name,
    options?: EvictOptions<F, This, MethodIn<This, Name>, Names>,
    ...surplus: never[]
  ): AnyMethodDecorator<F, This>;
}

/** `@CachePut(target, options)`. */
export interface CachePutDecorator {
  <
    F extends AnyMethod = AnyMethod,
    This = any,
    Owner extends object = any,
    const Name extends NameIn<Owner> = any,
    const Names extends readonly string[] = readonly string[],
  >(
    target: OtherTarget<This, Owner, Name>,
    options?: PutOptions<F, This, MethodIn<Owner, Name>, Names>,
    ...surplus: never[]
  ): MethodDecoratorOfBothKinds<F, This, Names>;
  <
    F extends AnyMethod = AnyMethod,
    This = any,
    const Name extends OwnTarget<This> = OwnTarget<This>,
    const Names extends readonly string[] = readonly string[],
  >(
    target: Name,
    options?: PutOptions<F, This, MethodIn<This, Name>, Names>,
    ...surplus: never[]
  ): MethodDecoratorOfBothKinds<F, This, Names>;
}

/** `cacheEvict(this, 'rename', 'find', options)`. Private methods are named as any text: nothing is known of them. */
export interface CacheEvictFunction {
  <
    C extends AnyClass,
    Method extends MethodName<C>,
    Owner extends object,
    const Name extends NameIn<Owner>,
    const Names extends readonly string[] = readonly string[],
  >(
    owner: C,
    method: Method,
    target: OtherTarget<SelfOf<C, Method>, Owner, Name>,
    options?: EvictOptions<MethodOf<C, Method>, SelfOf<C, Method>, MethodIn<Owner, Name>, Names>,
  ): void;
  <
    C extends AnyClass,
    Method extends MethodName<C>,
    const Name extends OwnTarget<SelfOf<C, Method>>,
    const Names extends readonly string[] = readonly string[],
  >(
    owner: C,
    method: Method,
    target: Name,
    options?: EvictOptions<MethodOf<C, Method>, SelfOf<C, Method>, MethodIn<SelfOf<C, Method>, Name>, Names>,
  ): void;
}

/** `cachePut(this, 'save', 'find', options)`. */
export interface CachePutFunction {
  <
    C extends AnyClass,
    Method extends MethodName<C>,
    Owner extends object,
    const Name extends NameIn<Owner>,
    const Names extends readonly string[] = readonly string[],
  >(
    owner: C,
    method: Method,
    target: OtherTarget<SelfOf<C, Method>, Owner, Name>,
    options?: PutOptions<MethodOf<C, Method>, SelfOf<C, Method>, MethodIn<Owner, Name>, Names>,
  ): void;
  <
    C extends AnyClass,
    Method extends MethodName<C>,
    const Name extends OwnTarget<SelfOf<C, Method>>,
    const Names extends readonly string[] = readonly string[],
  >(
    owner: C,
    method: Method,
    target: Name,
    options?: PutOptions<MethodOf<C, Method>, SelfOf<C, Method>, MethodIn<SelfOf<C, Method>, Name>, Names>,
  ): void;
}
