/** The matchers say yes and no, and tell why. */
import { Cached, cacheOf } from '../../src/index';
import { freshCaches, scrubjayMatchers } from '../../src/testing/index';

expect.extend(scrubjayMatchers);

class Users {
  @Cached()
  find(id: string, locale = 'en'): string {
    return `${id} ${locale}`;
  }

  @Cached()
  list(): string[] {
    return [];
  }

  plain(): void {}
}

let users: Users;
beforeEach(async () => {
  await freshCaches();
  users = new Users();
  users.find('u1');
  users.find('u1');
  users.find('u2');
});

test('they count hits, misses, loads and entries', () => {
  const cache = cacheOf(users.find);
  expect(cache).toHaveHits(1);
  expect(cache).toHaveMisses(2);
  expect(cache).toHaveLoads(2);
  expect(cache).toHaveEntries(2);
  expect(cache).not.toHaveHits(2);
  expect(cache).not.toHaveMisses(1);
  expect(cache).not.toHaveLoads(1);
  expect(cache).not.toHaveEntries(3);
});

test('they find the result of a call, and do not count that', () => {
  expect(cacheOf(users.find)).toHaveCached('u1');
  expect(cacheOf(users.find)).not.toHaveCached('u1', 'de');
  expect(cacheOf(users.list)).not.toHaveCached();
  expect(cacheOf(users.find)).toHaveHits(1);
});

test('they take the method itself', () => {
  expect(users.find).toHaveHits(1);
  expect(() => {
    expect(users.plain).toHaveHits(1);
  }).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_CACHED' }));
});

test.each<[string, () => void, string]>([
  ['a count', () => expect(users.find).toHaveHits(3), 'expected Users.find to have 3 hits, and it has 1. It has counted 1 hits, 2 misses, 0 joined, 2 loads'],
  ['the opposite of a count', () => expect(users.find).not.toHaveLoads(2), 'expected Users.find not to have 2 loads. It has counted 1 hits'],
  ['a call', () => expect(users.find).toHaveCached('u9', 'de'), "expected Users.find to have the result of a call with 'u9', 'de'. "],
  [
    'no arguments',
    () => expect(users.list).toHaveCached(),
    'a call with no arguments. It has counted 0 hits, 0 misses, 0 joined, 0 loads and 0 failed ones, and holds nothing.',
  ],
  ['the keys there are', () => expect(users.find).not.toHaveCached('u1'), 'holds id="u1", id="u2".'],
])('the message of %s tells what there is', (_what, expectation, message) => {
  expect(expectation).toThrow(message);
});

test('long lists of keys are cut', () => {
  for (let id = 0; id < 20; id++) users.find(`v${id}`);
  expect(() => {
    expect(users.find).toHaveEntries(0);
  }).toThrow('and 12 more.');
});

test('what is no cache, and no number, is refused', () => {
  expect(() => {
    expect('Users.find').toHaveHits(1);
  }).toThrow('toHaveHits takes a cache, such as expect(cacheOf(users.find)).toHaveHits(…); got string.');
  expect(() => {
    expect(null).toHaveCached('u1');
  }).toThrow('got null.');
  expect(() => {
    expect(users.find).toHaveEntries(1.5);
  }).toThrow('toHaveEntries takes a number of entries, 0 or more; got 1.5.');
});
