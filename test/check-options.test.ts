import { checkOptions } from '../src/check-options';
import { Cached, registry } from '../src/index';
import { errorOf } from './support/promises';

/** Declares a class whose method is decorated with these options. */
function declare(options: unknown): void {
  class RateService {
    rate(): number {
      return 1;
    }
  }
  const place = Object.getOwnPropertyDescriptor(RateService.prototype, 'rate') as TypedPropertyDescriptor<() => number>;
  Cached(options as never)(RateService.prototype, 'rate', place);
}

const wrong: readonly [what: string, options: unknown, code: string, message: RegExp][] = [
  [
    'a fraction as capacity',
    { capacity: 1.5 },
    'SCRUBJAY_BAD_CAPACITY',
    /^@Cached on RateService\.rate: capacity must be a whole number of entries, 1 or more.*; got 1\.5 \(number\)\./,
  ],
  ['no capacity at all', { capacity: 0 }, 'SCRUBJAY_BAD_CAPACITY', /got 0 \(number\)\. To cache nothing, leave the decorator out\.$/],
  ['a negative capacity', { capacity: -1 }, 'SCRUBJAY_BAD_CAPACITY', /got -1/],
  ['NaN as capacity', { capacity: Number.NaN }, 'SCRUBJAY_BAD_CAPACITY', /got NaN/],
  ['infinite capacity', { capacity: Number.POSITIVE_INFINITY }, 'SCRUBJAY_BAD_CAPACITY', /got Infinity/],
  ['capacity as text', { capacity: '10' }, 'SCRUBJAY_BAD_CAPACITY', /got "10" \(string\)/],
  ['an unknown option', { capactiy: 10 }, 'SCRUBJAY_UNKNOWN_OPTION', /there is no option "capactiy"; take it out, or use one of capacity, ttl, nullTtl,/],
  ["another library's word", { max: 10 }, 'SCRUBJAY_UNKNOWN_OPTION', /there is no option "max"; did you mean capacity\?/],
  [
    'an unknown driver',
    { persist: 'sqlite' },
    'SCRUBJAY_BAD_DRIVER',
    /must be 'jsonl' or 'msgpack', or an object that implements PersistDriver; got "sqlite" \(string\)/,
  ],
  ['a driver that implements half of it', { persist: { driver: { name: 'x' } } }, 'SCRUBJAY_BAD_DRIVER', /got an object \(Object\)/],
  [
    'an unknown persist option',
    { persist: { fsync: true } },
    'SCRUBJAY_UNKNOWN_OPTION',
    /there is no persist option "fsync"; take it out, or use one of driver, directory, durability/,
  ],
  [
    'an unknown durability',
    { persist: { durability: 'sometimes' } },
    'SCRUBJAY_BAD_OPTION',
    /durability must be 'always', 'interval' or 'os'; got "sometimes"/,
  ],
  ['persist: true', { persist: true }, 'SCRUBJAY_BAD_OPTION', /persist must be the name of a driver, such as 'jsonl', or an object; got true/],
  ['an empty directory', { persist: { directory: ' ' } }, 'SCRUBJAY_BAD_OPTION', /directory must be a path/],
  ['ttl without a unit', { ttl: '5' }, 'SCRUBJAY_BAD_TTL', /milliseconds such as 300000, or text such as '5m'.*; got "5" \(string\)/],
  ['ttl 0', { ttl: 0 }, 'SCRUBJAY_BAD_TTL', /got 0 \(number\)\. Leave it out to keep results for ever/],
  ['a negative ttl', { ttl: -1 }, 'SCRUBJAY_BAD_TTL', /got -1/],
  ['ttl NaN', { ttl: Number.NaN }, 'SCRUBJAY_BAD_TTL', /got NaN/],
  ['an unknown scope', { scope: 'tenant' }, 'SCRUBJAY_BAD_OPTION', /scope must be 'instance', 'class' or a function of the instance/],
  ['params as text', { params: 'id' }, 'SCRUBJAY_BAD_OPTION', /params must be a list of parameter names/],
  ['a parameter named twice', { params: ['id', 'id'] }, 'SCRUBJAY_BAD_KEY_NAME', /two parameters are named "id"/],
  [
    'a rest parameter that is not the last',
    { params: ['...ids', 'x'] },
    'SCRUBJAY_BAD_KEY_NAME',
    /'\.\.\.ids' gathers all further arguments, so it must be the last/,
  ],
  [
    'an omitted parameter nobody named',
    { omit: ['logger'] },
    'SCRUBJAY_BAD_KEY_NAME',
    /omit names "logger", and no parameter has that name; name it with @Key\('logger'\) or params/,
  ],
  ['more names than parameters', { params: ['id'] }, 'SCRUBJAY_BAD_KEY_NAME', /the method has no parameters, and 1 are named; take out "id"/],
  ['key as text', { key: 'id' }, 'SCRUBJAY_BAD_OPTION', /key must be a function of the arguments; got "id"/],
  ['an empty name', { name: '' }, 'SCRUBJAY_BAD_OPTION', /name must be text of 1 to 200 characters/],
  ['a registry that is none', { registry: {} }, 'SCRUBJAY_BAD_OPTION', /registry must be a CacheRegistry/],
  ['a number in place of options', 5, 'SCRUBJAY_BAD_OPTION', /the options must be an object; got 5 \(number\)/],
];

test.each(wrong)('%s fails when the class is defined, and says what was wanted, found, and to do', async (_what, options, code, message) => {
  const before = registry.list();
  const error = await errorOf(() => declare(options));
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(registry.list()).toEqual(before);
});

test.each([
  [300_000, 300_000],
  ['500ms', 500],
  ['30s', 30_000],
  ['5m', 300_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
] as const)('ttl %p is %p milliseconds', (ttl, ms) => {
  expect(checkOptions({ ttl }, 'here').limits.ttlMs).toBe(ms);
});

test('without options a cache holds 1000 entries, for ever, in memory only, each instance its own', () => {
  expect(checkOptions({}, 'here')).toMatchObject({
    limits: { capacity: 1000, ttlMs: Number.POSITIVE_INFINITY, policy: { name: 'lru' }, maxBytes: Number.POSITIVE_INFINITY },
    persist: undefined,
    scope: 'instance',
  });
});
