/**
 * The parameters of a method, from all that is known of them.
 */
import { ScrubjayError } from './errors.js';
import { checkParameters, type Parameter, takesNoArguments } from './key/parameters.js';
import type { AnyMethod } from './method-cache.js';
import type { Settings } from './options.js';

/** The parameters as `params` names them, else as `@Key` did, without those in `omit`. */
export function parametersOf(method: AnyMethod, settings: Settings, recorded: readonly Parameter[], where: string): readonly Parameter[] {
  const declared = settings.parameters ?? recorded;
  checkParameters(declared, where);
  const unknown = settings.omitted.find((name) => !declared.some((parameter) => parameter.name === name));
  if (unknown !== undefined) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_KEY_NAME',
      `${where}: omit names ${JSON.stringify(unknown)}, and no parameter has that name; name it with @Key('${unknown}') or params.`,
    );
  }
  const parameters = declared.map((parameter) =>
    parameter.name !== undefined && settings.omitted.includes(parameter.name) ? { ...parameter, isIgnored: true } : parameter,
  );
  if (settings.persist !== undefined && settings.pick === undefined) expectNames(method, parameters, where);
  return parameters;
}

/** Keys on disk outlive the build: after `find(id, locale)` became `find(locale, id)`, positions would give one caller the other's value. */
function expectNames(method: AnyMethod, parameters: readonly Parameter[], where: string): void {
  const unnamed = parameters.findIndex((parameter) => parameter.name === undefined && !parameter.isIgnored);
  const missing = unnamed !== -1 ? unnamed : parameters.length;
  const isComplete = unnamed === -1 && parameters.length >= method.length && (parameters.length > 0 || takesNoArguments(method));
  if (isComplete) return;
  throw new ScrubjayError(
    'SCRUBJAY_KEY_UNNAMED',
    `${where}: persist needs a name for every parameter, one that survives a rebuild, and parameter ${missing + 1} has none; ` +
      "give it @Key('…'), or list all in params: ['id', 'locale'] (params: [] where there are none).",
  );
}
