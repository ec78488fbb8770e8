import { Temporal } from '@js-temporal/polyfill';
import { keyOf, refusalOf } from './calls.js';

const text = (value: unknown): string => keyOf(value).replace(/^\$0=/, '');

test.each<[string, unknown]>([
  ['Temporal.Instant("2020-01-01T00:00:00Z")', Temporal.Instant.from('2020-01-01T00:00Z')],
  ['Temporal.PlainTime("10:00:00")', Temporal.PlainTime.from('10:00')],
  ['Temporal.PlainDate("2020-01-01[u-ca=iso8601]")', Temporal.PlainDate.from('2020-01-01')],
  ['Temporal.PlainDateTime("2020-01-01T10:00:00[u-ca=iso8601]")', Temporal.PlainDateTime.from('2020-01-01T10:00')],
  ['Temporal.PlainYearMonth("2020-01-01[u-ca=iso8601]")', Temporal.PlainYearMonth.from('2020-01')],
  ['Temporal.PlainMonthDay("1972-01-02[u-ca=iso8601]")', Temporal.PlainMonthDay.from('01-02')],
  ['Temporal.ZonedDateTime("2020-01-01T00:00:00+01:00[Europe/Vienna][u-ca=iso8601]")', Temporal.ZonedDateTime.from('2020-01-01T00:00[Europe/Vienna]')],
  ['Temporal.Duration("1 hours 30 minutes")', Temporal.Duration.from({ hours: 1, minutes: 30 })],
  ['Temporal.Duration("")', new Temporal.Duration()],
])('%s', (expected, value) => {
  expect(text(value)).toBe(expected);
});

test.each<[string, unknown, unknown]>([
  ['a duration in seconds and one in milliseconds', Temporal.Duration.from({ seconds: 1 }), Temporal.Duration.from({ milliseconds: 1000 })],
  ['a duration and its negative', Temporal.Duration.from({ hours: 1 }), Temporal.Duration.from({ hours: -1 })],
  ['two nanoseconds', Temporal.Instant.fromEpochNanoseconds(1n), Temporal.Instant.fromEpochNanoseconds(2n)],
  [
    'the same instant in two zones',
    Temporal.ZonedDateTime.from('2020-01-01T00:00[Europe/Vienna]'),
    Temporal.ZonedDateTime.from('2020-01-01T00:00[Europe/Paris]'),
  ],
  [
    'the two hours of one name in autumn',
    Temporal.ZonedDateTime.from('2020-10-25T02:30+02:00[Europe/Vienna]'),
    Temporal.ZonedDateTime.from('2020-10-25T02:30+01:00[Europe/Vienna]'),
  ],
  ['a month and the same month with another hidden day', new Temporal.PlainYearMonth(2020, 1), new Temporal.PlainYearMonth(2020, 1, 'iso8601', 5)],
  ['a date and its text', Temporal.PlainDate.from('2020-01-01'), '2020-01-01'],
  ['a date and the same with a property', Temporal.PlainDate.from('2020-01-01'), Object.assign(Temporal.PlainDate.from('2020-01-01'), { a: 1 })],
])('%s differ', (_what, one, other) => {
  expect(text(one)).not.toBe(text(other));
});

test('an offset with seconds is not rounded', () => {
  const at = (seconds: bigint): unknown => new Temporal.ZonedDateTime(seconds * 1_000_000_000n, 'Africa/Monrovia');
  expect(text(at(0n))).toBe('Temporal.ZonedDateTime("1969-12-31T23:15:30-00:45[Africa/Monrovia][u-ca=iso8601] -2670000000000ns")');
});

test('what somebody hung onto it is not asked what it is', () => {
  const posing = Object.assign(Temporal.PlainDate.from('2020-01-01'), { toString: 'x' });
  expect(text(posing)).toBe('Temporal.PlainDate("2020-01-01[u-ca=iso8601]"){toString:"x"}');
});

test('an object that only has the prototype is refused', () => {
  expect(refusalOf(Object.create(Temporal.PlainDate.prototype))).toMatch(/\$0 is an object that poses as a Temporal\.PlainDate/);
  expect(refusalOf(Object.create(Temporal.Duration.prototype))).toMatch(/\$0 is an object that poses as a Temporal\.Duration/);
});

test('a subclass is refused, since it may have state of its own', () => {
  class Day extends Temporal.PlainDate {}
  expect(refusalOf(new Day(2020, 1, 1))).toMatch(/\$0 is an instance of (?:Day|PlainDate)/);
});
