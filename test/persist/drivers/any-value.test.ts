/** Equal or refused, never changed: random values, Errors and instances of classes among them, in every format. */
import fc from 'fast-check';
import type { PersistDriver } from '../../../src/persist/contract';
import { drivers } from '../../../src/persist/drivers/index';
import { anyValue } from '../../key/arbitrary-values';
import { numRuns } from '../../support/thorough';
import { Bag, codecs, NotFound, User } from './classes';
import { expectSame, roundTrip } from './round-trip';

const { value } = fc.letrec<{ value: unknown }>((tie) => {
  const values = fc.array(tie('value'), { maxLength: 3 });
  const entries = fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 });
  return {
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: anyValue },
      fc.tuple(fc.string(), tie('value')).map(([name, extra]) => new User(name, extra)),
      fc.tuple(fc.string(), tie('value')).map(([message, cause]) => new RangeError(message, { cause })),
      fc.string().map((id) => new NotFound(id)),
      values.map((errors) => new AggregateError(errors)),
      values,
      values.map((members) => new Set(members)),
      entries.map((all) => new Map(all)),
      entries.map((all) => new Bag(all)),
      // One object in two places.
      tie('value').map((one) => ({ one, other: [one], bag: new Bag([[one, one]]) })),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    ),
  };
});

test.each(Object.values<PersistDriver>(drivers))('$name: whatever is accepted comes back deep-equal', (driver) => {
  const runs = numRuns(1500, 60);
  let kept = 0;
  fc.assert(
    fc.property(value, (wanted) => {
      let found: unknown;
      try {
        found = roundTrip(driver, wanted, codecs);
      } catch (error) {
        expect(error).toMatchObject({ code: 'SCRUBJAY_VALUE_REFUSED' });
        return;
      }
      kept++;
      expectSame(found, wanted);
    }),
    runs,
  );
  expect(kept).toBeGreaterThan(runs.numRuns / 2);
});
