/**
 * `@Key`: what users say of single parameters.
 */
import { type Parameter, readParameter, recordParameter } from './key/parameters.js';
import { nameOfFunction } from './kinds.js';
import { methodText, misplaced } from './placement.js';

/**
 * Names a parameter, so that its part of the key survives rebuilds: `find(@Key('id') id: string)`, `@Key('...ids')` for a rest parameter.
 * @throws SCRUBJAY_BAD_KEY_NAME, SCRUBJAY_BAD_DECORATOR when the class is defined.
 */
export function Key(name: string): ParameterDecorator {
  return (target, method, index) => {
    recordParameter(target, expectParameter(target, method, index), index, readName(name, keyPlace(target, method)));
  };
}

function readName(text: string, where: string): Pick<Parameter, 'name' | 'isRest'> {
  const { name, isRest } = readParameter(text, where);
  return { name, isRest };
}

/** Leaves a parameter out of the key: a logger, a transaction, anything the result does not depend on. */
Key.ignore = (): ParameterDecorator => (target, method, index) => {
  recordParameter(target, expectParameter(target, method, index), index, { isIgnored: true });
};

/**
 * Hides a parameter's value in keys, in memory and on disk: an HMAC stands in for it. A name may be given here, or by `@Key` beside it.
 * With `persist` it needs a pepper, see `CachedOptions`.
 */
Key.secret =
  (name?: string): ParameterDecorator =>
  (target, method, index) => {
    const named = name === undefined ? {} : readName(name, keyPlace(target, method));
    recordParameter(target, expectParameter(target, method, index), index, { ...named, isSecret: true });
  };

function keyPlace(target: object, method: string | symbol | undefined): string {
  const owner = typeof target === 'function' ? target : target.constructor;
  return `@Key on ${nameOfFunction(owner) ?? '(anonymous)'}${method === undefined ? '' : `.${methodText(method)}`}`;
}

function expectParameter(target: object, method: string | symbol | undefined, index: unknown): string | symbol {
  const where = keyPlace(target, method);
  if (method === undefined)
    throw misplaced(`${where} names a parameter of a method`, 'it was applied to the constructor', 'Constructors are not cached; take it away.');
  if (typeof index !== 'number')
    throw misplaced(`${where} names a parameter`, 'it was applied to something else', 'Put it before the parameter, inside the parentheses.');
  return method;
}
