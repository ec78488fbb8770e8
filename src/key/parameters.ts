/**
 * What is known of a method's parameters: their names, which one gathers the rest, which ones are no part of the key.
 */
import { ScrubjayError } from '../errors.js';
import { describe } from '../kinds.js';

/** One parameter as `@Key` or `params` declares it. */
export interface Parameter {
  /** Its name in the key; `undefined` where nobody gave one, and the position stands in. */
  readonly name: string | undefined;
  /** It gathers all further arguments, as `...ids` does; they are one array in the key. */
  readonly isRest: boolean;
  /** It is left out of the key. */
  readonly isIgnored: boolean;
  /** Its value stands in the key as an HMAC. */
  readonly isSecret?: boolean;
  /** What a missing argument stands for. */
  readonly defaultValue?: unknown;
}

/** The parameter nobody said anything about. */
export const UNNAMED: Parameter = { name: undefined, isRest: false, isIgnored: false };

/**
 * Reads a parameter's name: `id`, or `...ids` for a rest parameter.
 * @throws SCRUBJAY_BAD_KEY_NAME when it is not a name.
 */
export function readParameter(text: unknown, where: string): Parameter {
  const isRest = typeof text === 'string' && text.startsWith('...');
  const name = isRest ? text.slice(3) : text;
  if (typeof name !== 'string' || name.trim() === '' || name.startsWith('$') || name === 'this') {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: a parameter needs a name such as 'id', or '...ids' for a rest parameter, that does not begin with $ and is not 'this', which stands for the scope; got ${describe(text)}.`,
    );
  }
  return { name, isRest, isIgnored: false };
}

/** Checks a whole list: no name twice, and only the last one gathers the rest. */
export function checkParameters(parameters: readonly Parameter[], where: string): void {
  const names = parameters.map((parameter) => parameter.name).filter((name) => name !== undefined);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new ScrubjayError('SCRUBJAY_BAD_KEY_NAME', `${where}: two parameters are named ${JSON.stringify(twice)}; give each a name of its own.`);
  }
  const early = parameters.slice(0, -1).find((parameter) => parameter.isRest);
  if (early !== undefined) {
    throw new ScrubjayError('SCRUBJAY_BAD_KEY_NAME', `${where}: '...${early.name ?? ''}' gathers all further arguments, so it must be the last parameter.`);
  }
}

/** Kept on globalThis, so that `Key` of the ESM build and `Cached` of the CommonJS build speak of the same parameters. */
const RECORDS = Symbol.for('scrubjay.parameters.v1');
type Records = WeakMap<object, Map<PropertyKey, (Parameter | undefined)[]>>;

function records(): Records {
  const holder = globalThis as { [RECORDS]?: Records };
  holder[RECORDS] ??= new WeakMap();
  return holder[RECORDS];
}

/** Notes what a parameter decorator said, beside what others said of the parameter. `target` is the prototype, or the class for a static method. */
export function recordParameter(target: object, method: PropertyKey, index: number, said: Partial<Parameter>): void {
  const methods = records().get(target) ?? new Map<PropertyKey, (Parameter | undefined)[]>();
  records().set(target, methods);
  const parameters = methods.get(method) ?? [];
  methods.set(method, parameters);
  parameters[index] = { ...UNNAMED, ...parameters[index], ...said };
  const { defineMetadata } = Reflect as { defineMetadata?: (key: string, value: unknown, target: object, property: PropertyKey) => void };
  defineMetadata?.(
    'scrubjay:parameters',
    Array.from(parameters, (known) => known?.name),
    target,
    method,
  );
}

/** What parameter decorators said of `target[method]`, by position; empty where there were none. */
export function recordedParameters(target: object, method: PropertyKey): readonly Parameter[] {
  const parameters = records().get(target)?.get(method) ?? [];
  return Array.from(parameters, (parameter) => parameter ?? UNNAMED);
}
