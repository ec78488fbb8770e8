/**
 * The texts of arrays, with their holes, and of what else counts from 0: arguments objects and the strings of template literals.
 */
import type { Walk } from './walk.js';

/** After so many holes in a row the rest is read by its own keys: a sparse array may claim four thousand million elements. */
const LONG_HOLE = 64;
/** What such a reading counts for, in characters: it can take long and leave little text, and a graph may ask for it many times. */
const LONG_HOLE_CHARGE = 1000;

/** Whether `name` is the name of an array element. */
const isIndex = (name: string): boolean => /^(?:0|[1-9]\d*)$/.test(name) && Number(name) < 2 ** 32 - 1;

/** `[1,_,2]`, `[_*4000000000]`, `[1]{index:0}`. A sequence of `length` elements of which some may be missing. */
export function arrayText(value: readonly unknown[], length: number, walk: Walk): string {
  let text = '';
  let next = 0;
  let present = 0;
  const fillTo = (index: number): void => {
    if (index > next) text += walk.raw(`${text === '' ? '' : ','}${index - next === 1 ? '_' : `_*${index - next}`}`);
  };
  const take = (index: number): void => {
    const element = elementAt(value, index, walk);
    if (element === undefined && !Object.hasOwn(value, index)) return;
    fillTo(index);
    text += `${text === '' ? '' : ','}${walk.below(index, element)}`;
    next = index + 1;
    present++;
  };
  let index = 0;
  for (; index < length && index - next < LONG_HOLE; index++) take(index);
  if (index < length) {
    walk.charge(LONG_HOLE_CHARGE);
    for (const name of Object.keys(value)) if (isIndex(name) && Number(name) >= index && Number(name) < length) take(Number(name));
  }
  fillTo(length);
  return `[${text}]${rawText(value, walk)}${besidesText(value, present, walk)}`;
}

function elementAt(value: readonly unknown[], index: number, walk: Walk): unknown {
  try {
    return value[index];
  } catch {
    return walk.read(value, index);
  }
}

/** The strings of a template literal know how they were spelled: `\n` written with a backslash is another call than a line break. */
function rawText(value: readonly unknown[], walk: Walk): string {
  if (!Object.hasOwn(value, 'raw') || Object.prototype.propertyIsEnumerable.call(value, 'raw')) return '';
  return `raw${walk.below('raw', walk.read(value, 'raw'))}`;
}

function besidesText(value: readonly unknown[], present: number, walk: Walk): string {
  const names = Object.keys(value);
  if (names.length === present && Object.getOwnPropertySymbols(value).length === 0) return '';
  return walk.extrasText(
    value,
    names.filter((name) => !isIndex(name)),
  );
}

/** `Arguments[1,2]`. Its `length` is a property like others, and may be anything. */
export function argumentsText(value: object, walk: Walk): string {
  const length: unknown = Object.getOwnPropertyDescriptor(value, 'length')?.value;
  if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || length >= 2 ** 32) return walk.refuse('an arguments object without a length');
  return `Arguments${arrayText(value as unknown[], length, walk)}`;
}
