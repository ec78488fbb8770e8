/**
 * The parameters of a method, from all that is known of them: what the options say, what `@Key` said, and what stands in its source.
 */
import { ScrubjayError } from './errors.js';
import { canonicalText } from './key/canonical-text.js';
import { checkParameters, type Parameter, UNNAMED } from './key/parameters.js';
import { readSourceText, type SourceText } from './key/source-text.js';
import { pathText, Refusal } from './key/walk.js';
import type { AnyMethod } from './method-cache.js';
import type { Settings } from './options.js';

/** What a key is made of. */
export interface KnownParameters {
  readonly parameters: readonly Parameter[];
  /** The method has these parameters and no others, none of them gathers a rest, and it cannot look at further arguments. */
  readonly isComplete: boolean;
}

/** What the options say of them. */
type SaidOfParameters = Pick<Settings, 'parameters' | 'omitted' | 'secrets' | 'defaults' | 'persist' | 'pick'>;

/**
 * The names of the parameters of a method that is not cached itself, and why its source does not tell them, where that is so.
 * @throws SCRUBJAY_BAD_KEY_NAME
 */
export function namesOf(method: AnyMethod, params: readonly Parameter[] | undefined, recorded: readonly Parameter[], where: string) {
  const settings: SaidOfParameters = { parameters: params, omitted: [], secrets: [], defaults: {}, persist: undefined, pick: undefined };
  return { parameters: parametersOf(method, settings, recorded, where).parameters, reason: readSourceText(method).reason };
}

/**
 * Names come from `params`, else from `@Key`, else from the source where it shows beyond doubt what the author wrote.
 * @throws SCRUBJAY_BAD_KEY_NAME for names that do not exist or stand twice, SCRUBJAY_KEY_UNNAMED for a persisted method with a nameless parameter
 */
export function parametersOf(method: AnyMethod, settings: SaidOfParameters, recorded: readonly Parameter[], where: string): KnownParameters {
  const source = readSourceText(method);
  const declared = declaredBy(settings.parameters ?? [], recorded);
  checkParameters(declared, where);
  if (source.isSure) expectNoMore(declared, source, where);
  const named = withSourceNames(declared, source);
  const parameters = withOptions(named, settings, source, where);
  if (settings.persist !== undefined && settings.pick === undefined) expectNames(method, parameters, source, where);
  const isComplete = source.isSure && !source.readsArguments && !source.parameters.some(({ isRest }) => isRest);
  return { parameters, isComplete };
}

/** `params` has the last word on names; what `@Key` left out or hides stays so. */
function declaredBy(params: readonly Parameter[], recorded: readonly Parameter[]): readonly Parameter[] {
  return Array.from({ length: Math.max(params.length, recorded.length) }, (_, index) => {
    const said = recorded[index] ?? UNNAMED;
    const named = params[index];
    return named === undefined ? said : { ...said, name: named.name, isRest: named.isRest };
  });
}

/** A list that names more than there is was meant for another method. */
function expectNoMore(declared: readonly Parameter[], source: SourceText, where: string): void {
  const { parameters } = source;
  if (source.readsArguments || parameters.at(-1)?.isRest === true) return;
  const extra = declared[parameters.length];
  if (extra !== undefined) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: the method has ${count(parameters.length)}, and ${declared.length} are named; take out ${JSON.stringify(extra.name)}.`,
    );
  }
  const gathering = declared.find(({ isRest }) => isRest);
  if (gathering !== undefined) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: '...${gathering.name ?? ''}' gathers all further arguments, and no parameter of the method does; leave the dots out.`,
    );
  }
}

const count = (parameters: number): string => (parameters === 1 ? 'one parameter' : `${parameters === 0 ? 'no' : parameters} parameters`);

function withSourceNames(declared: readonly Parameter[], { parameters, isSure, hasStableNames }: SourceText): readonly Parameter[] {
  if (!isSure) return declared;
  const taken = new Set(declared.map(({ name }) => name));
  const length = Math.max(declared.length, parameters.length);
  return Array.from({ length }, (_, index) => {
    const said = declared[index] ?? UNNAMED;
    const found = parameters[index];
    const isFree = hasStableNames && found?.name !== undefined && !found.name.startsWith('$') && !taken.has(found.name);
    return { ...said, isRest: said.isRest || found?.isRest === true, name: said.name ?? (isFree ? found.name : undefined) };
  });
}

function withOptions(named: readonly Parameter[], { omitted, secrets, defaults }: SaidOfParameters, source: SourceText, where: string): readonly Parameter[] {
  for (const [option, names] of Object.entries({ omit: omitted, secret: secrets, defaults: Object.keys(defaults) })) {
    const unknown = names.find((name) => !named.some((parameter) => parameter.name === name));
    if (unknown === undefined) continue;
    const why = source.reason === undefined ? '' : ` (names could not be read from the source: ${source.reason})`;
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: ${option} names ${JSON.stringify(unknown)}, and no parameter has that name${why}; name it with @Key('${unknown}') or params.`,
    );
  }
  return named.map((parameter) => {
    const { name } = parameter;
    if (name === undefined) return parameter;
    return {
      ...parameter,
      isIgnored: parameter.isIgnored || omitted.includes(name),
      isSecret: parameter.isSecret === true || secrets.includes(name),
      ...(Object.hasOwn(defaults, name) ? { defaultValue: checkDefault(parameter, defaults[name], `${where}: the default of ${name}`) } : {}),
    };
  });
}

function checkDefault({ isRest }: Parameter, value: unknown, where: string): unknown {
  const wrong = (what: string): ScrubjayError => new ScrubjayError('SCRUBJAY_BAD_OPTION', `${where} ${what}; leave it out of defaults.`);
  if (isRest) throw wrong('stands for further arguments, of which there may be none');
  if (value === undefined) throw wrong('is undefined, which is what a missing argument is anyway');
  try {
    canonicalText(value);
  } catch (error) {
    throw error instanceof Refusal ? wrong(`has no honest key: ${pathText('it', error.path)} is ${error.what}`) : error;
  }
  return value;
}

/** Keys on disk outlive the build: after `find(id, locale)` became `find(locale, id)`, positions would give one caller the other's value. */
function expectNames(method: AnyMethod, parameters: readonly Parameter[], source: SourceText, where: string): void {
  const unnamed = parameters.findIndex((parameter) => parameter.name === undefined && !parameter.isIgnored);
  // Where the source does not show the list, an empty one may hide `(locale = 'en')`, which counts as no parameter, too.
  const isWhole = source.isSure || (parameters.length > 0 && parameters.length >= method.length);
  if (unnamed === -1 && isWhole) return;
  const why = source.reason === undefined ? '' : ` (its source does not tell: ${source.reason})`;
  throw new ScrubjayError(
    'SCRUBJAY_KEY_UNNAMED',
    `${where}: persist needs a name for every parameter, one that survives a rebuild, and parameter ${(unnamed === -1 ? parameters.length : unnamed) + 1} has none${why}; ` +
      "give it @Key('…'), or list all in params: ['id', 'locale'] (params: [] where there are none).",
  );
}
