/**
 * The check of `persist.revive`: of which classes instances come back from disk, and how.
 */
import { ScrubjayError } from './errors.js';
import { factsOfClass } from './key/class-source.js';
import { showsNoState } from './key/class-state.js';
import { nameOfFunction } from './kinds.js';
import { expectKnown, wrong } from './misuse.js';
import type { ValueCodec, ValueCodecs } from './persist/contract.js';
import { builtInErrors, isErrorPrototype } from './persist/drivers/own-properties.js';
import type { ClassCodec, Reviving } from './persist-options.js';

const KNOWN = ['name', 'class', 'dump', 'load'] as const satisfies readonly (keyof ClassCodec)[];

const WANTED = 'revive must be a class, { class, name, dump, load }, or a list of them';

/** Built-in classes whose instances are kept without being told, or that say nothing of a value; beside arrays of all kinds and Errors. */
const KEPT: readonly unknown[] = [Object, Map, Set, Date, RegExp, URL, URLSearchParams, ArrayBuffer, DataView, Buffer];

/** Checks what the user said of classes. */
export function checkRevive(revive: unknown, where: string): ValueCodecs {
  const codecs: ValueCodec[] = [];
  for (const said of (revive === undefined ? [] : Array.isArray(revive) ? revive : [revive]) as readonly Reviving[]) {
    const codec = checkCodec(said, where);
    const double = codecs.find((other) => other.name === codec.name || other.prototype === codec.prototype);
    if (double !== undefined) {
      const what = double.prototype === codec.prototype ? 'each class once' : 'a name of its own for each class';
      throw wrong('SCRUBJAY_BAD_OPTION', where, `revive must say ${what}`, codec.name, " Take one away, or say { name: '…', class: … }.");
    }
    codecs.push(codec);
  }
  return codecs;
}

function checkCodec(said: unknown, where: string): ValueCodec {
  if (typeof said === 'function') return codecOf({ class: said }, where);
  if (typeof said !== 'object' || said === null || !('class' in said)) throw wrong('SCRUBJAY_BAD_OPTION', where, WANTED, said);
  expectKnown(said as Readonly<Record<string, unknown>>, KNOWN, where, 'option of revive');
  return codecOf(said as ClassCodec, where);
}

function codecOf(said: ClassCodec, where: string): ValueCodec {
  const { class: owner, dump, load } = said as { readonly [Member in keyof ClassCodec]: unknown };
  const prototype: unknown = typeof owner === 'function' ? owner.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) throw wrong('SCRUBJAY_BAD_OPTION', where, WANTED, owner, ' That is no class.');
  const name = checkName(said, where);
  if (isKept(owner, prototype)) throw wrong('SCRUBJAY_BAD_OPTION', where, 'revive is for classes that are not kept without it', owner, ' Take it away.');
  if (dump === undefined && load === undefined) {
    expectSeen(name, prototype, where);
    return { name, prototype, refusal: (instance) => (showsNoState(instance) ? `an instance of ${name}, whose state cannot be seen` : undefined) };
  }
  for (const [member, value] of Object.entries({ dump, load })) {
    if (typeof value !== 'function')
      throw wrong('SCRUBJAY_BAD_OPTION', where, `${member} of ${name} in revive must be a function`, value, ' dump and load go together.');
  }
  return { name, prototype, custom: { dump: (instance) => said.dump?.(instance), load: (data) => said.load?.(data) } };
}

function checkName({ name, class: owner }: ClassCodec, where: string): string {
  const found: unknown = name ?? nameOfFunction(owner);
  if (typeof found === 'string' && found.trim() !== '' && found.length <= 200) return found;
  throw wrong('SCRUBJAY_BAD_OPTION', where, 'a class in revive must have a name of 1 to 200 characters', name ?? owner, " Say { name: '…', class: … }.");
}

function isKept(owner: unknown, prototype: object): boolean {
  const { isBuiltIn, builtIn = '' } = factsOfClass(prototype);
  return KEPT.includes(owner) || (isBuiltIn && builtIn.endsWith('Array')) || builtInErrors.some((error) => error.prototype === prototype);
}

/** Without `dump`, what no property shows would be lost. Errors of all classes show everything. */
function expectSeen(name: string, prototype: object, where: string): void {
  const { reason, builtIn } = factsOfClass(prototype);
  const native = builtIn === undefined || isErrorPrototype(prototype) ? undefined : `an instance of ${name}, whose state is native`;
  const hidden = reason ?? native;
  if (hidden === undefined) return;
  throw new ScrubjayError(
    'SCRUBJAY_BAD_OPTION',
    `${where}: a class in revive must show all of its state in properties; got ${hidden}. Say { class: ${name}, dump: (instance) => …, load: (data) => … }.`,
  );
}
