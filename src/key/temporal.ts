/**
 * The texts of Temporal, native or from a polyfill: dates and times that keep their state where only their own methods reach it.
 * Source: ECMA-262 proposal "Temporal", `toString` and the internal slots of each class.
 */
import { constructorOf, isObject } from './class-source.js';
import type { Walk } from './walk.js';

/** A value that is read by the members of its class alone: what somebody hung onto it under such a name is not asked. */
type Ask = (member: string, options?: object) => unknown;
type Reader = (ask: Ask) => string;

// What `toString` leaves out although two values differ in it is said besides: the day behind a month, the calendar, the seconds of an offset,
// and what a balanced duration hides.
const plain: Reader = (ask) => String(ask('toString'));
const withCalendar: Reader = (ask) => String(ask('toString', { calendarName: 'always' }));
const FIELDS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds', 'milliseconds', 'microseconds', 'nanoseconds'];
const NANOSECONDS_OF_A_MINUTE = 60e9;

const readers: Readonly<Record<string, Reader>> = {
  Instant: plain,
  PlainTime: plain,
  PlainDate: withCalendar,
  PlainDateTime: withCalendar,
  PlainYearMonth: withCalendar,
  PlainMonthDay: withCalendar,
  ZonedDateTime: (ask) => {
    const offset = ask('offsetNanoseconds') as number;
    return `${withCalendar(ask)}${offset % NANOSECONDS_OF_A_MINUTE === 0 ? '' : ` ${offset}ns`}`;
  },
  Duration: (ask) => {
    const fields = FIELDS.map((field) => [ask(field), field] as const);
    return fields
      .filter(([amount]) => amount !== 0)
      .map(([amount, field]) => `${amount as number} ${field}`)
      .join(' ');
  },
};

/** `Temporal.PlainDate("2026-11-23[u-ca=iso8601]")`; `undefined` for everything else. */
export function temporalText(value: object, walk: Walk): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  const kind = isObject(prototype) ? kindOf(prototype) : undefined;
  if (kind === undefined) return undefined;
  const ask: Ask = (member, options) => {
    const { get, value: method } = Object.getOwnPropertyDescriptor(prototype, member) as { get?: () => unknown; value?: (options?: object) => unknown };
    return get === undefined ? method?.call(value, options) : get.call(value);
  };
  let said: string;
  try {
    said = (readers[kind] as Reader)(ask);
  } catch (cause) {
    return walk.refuse(`an object that poses as a Temporal.${kind}`, cause);
  }
  return `Temporal.${kind}(${walk.raw(JSON.stringify(said))})${walk.extrasText(value)}`;
}

/** The class whose own prototype this is: by its tag, its name, and methods that only Temporal has. A subclass has another prototype. */
function kindOf(prototype: object): string | undefined {
  const tag: unknown = Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)?.value;
  if (typeof tag !== 'string' || !tag.startsWith('Temporal.')) return undefined;
  const kind = tag.slice('Temporal.'.length);
  const constructor = constructorOf(prototype);
  const isTemporal =
    Object.hasOwn(readers, kind) && constructor?.name === kind && Object.hasOwn(constructor, 'from') && Object.hasOwn(prototype, 'toLocaleString');
  return isTemporal ? kind : undefined;
}
