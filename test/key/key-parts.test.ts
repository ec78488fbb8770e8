import fc from 'fast-check';
import { type KeyRule, keyOfCall } from '../../src/key/call-key';
import { mayHave, partIn, partNames, wantedPart } from '../../src/key/key-parts';
import { numRuns } from '../support/thorough';
import { anyValue } from './arbitrary-values';
import { aRule, named } from './calls';

const rule = aRule({ parameters: named('a b', 'id', 'z'), isComplete: true });
const whole = (text: string | undefined) => ({ text, isWhole: true });
const cut = (text: string | undefined) => ({ text, isWhole: false });

test.each<[key: string, name: string, said: unknown]>([
  ['id="u1"', 'id', whole('"u1"')],
  ['id="u1"', 'z', whole(undefined)],
  ['id="u1"', 'a b', whole(undefined)],
  ['', 'id', whole(undefined)],
  ['"a b"=1,id="u,1=\\"z=2",z={b:[1,"]"],c:2}', 'a b', whole('1')],
  ['"a b"=1,id="u,1=\\"z=2",z={b:[1,"]"],c:2}', 'id', whole('"u,1=\\"z=2"')],
  ['"a b"=1,id="u,1=\\"z=2",z={b:[1,"]"],c:2}', 'z', whole('{b:[1,"]"],c:2}')],
  ['id=Map{"k"=>{z:1}},z=Date(2026-01-01T00:00:00.000Z)', 'z', whole('Date(2026-01-01T00:00:00.000Z)')],
  // A shortened key shows its beginning only.
  ['~999:00ff:id="u1",z="long', 'id', whole('"u1"')],
  ['~999:00ff:id="u1",z="long', 'z', cut('"long')],
  ['~999:00ff:id="u1",z="long', 'a b', whole(undefined)],
  ['~999:00ff:id="u1', 'z', cut(undefined)],
  ['~999:00ff:"a b"="u1,id=', 'id', cut(undefined)],
  ['~999:00ff:"a b', 'a b', cut(undefined)],
  ['~999:00ff:"a b', 'id', cut(undefined)],
  // What stands behind the source of a RegExp cannot be told from it.
  ['id=1,z=RegExp(/["(]/g)', 'id', whole('1')],
  ['id=RegExp(/["(]/g),z=1', 'id', cut('')],
  ['id=RegExp(/["(]/g),z=1', 'z', cut(undefined)],
])('%s says of %s: %j', (key, name, said) => {
  expect(partIn(rule, key, name)).toEqual(said);
});

test('a hidden key says nothing, one that is picked by hand has one part, and the part of the instance comes first', () => {
  const hidden = aRule({ parameters: named('id'), isHidden: true, pepper: Buffer.from('salt') });
  expect(partIn(hidden, keyOfCall(hidden, undefined, ['u1']), 'id')).toEqual(cut(undefined));
  const picked = aRule({ pick: ((id: string, locale: string) => [id, locale]) as never });
  expect(partNames(picked)).toEqual(['key']);
  expect(partIn(picked, keyOfCall(picked, undefined, ['u1', 'en']), 'key')).toEqual(whole('["u1","en"]'));
  const scoped = aRule({ parameters: named('id'), scope: () => ({ id: 'x,id="u2"' }) });
  expect(partIn(scoped, keyOfCall(scoped, undefined, ['u1']), 'id')).toEqual(whole('"u1"'));
  expect(partIn(scoped, keyOfCall(scoped, undefined, []), 'id')).toEqual(whole(undefined));
  const both = aRule({ pick: picked.pick, scope: () => 'here' });
  expect(partIn(both, keyOfCall(both, undefined, ['u1', 'en']), 'key')).toEqual(whole('["u1","en"]'));
});

const rules: readonly KeyRule[] = [
  rule,
  aRule({ parameters: named('b', 'a'), scope: () => 'x,a=1' }),
  aRule({ parameters: named('b', '...a') }),
  aRule({ parameters: named('b', 'a').map((parameter) => ({ ...parameter, isSecret: parameter.name === 'a' })), pepper: Buffer.from('salt') }),
  aRule({ parameters: named('b', 'a').map((parameter) => ({ ...parameter, ...(parameter.name === 'a' && { defaultValue: 'd' }) })) }),
  aRule({ parameters: named('b', 'a'), isHidden: true, pepper: Buffer.from('salt') }),
];

const argument = fc.oneof(anyValue, fc.nat(3), fc.constantFrom('u1', 'd', undefined, null, /[("]/, '~1:2:', 'x'.repeat(300)));

function textOf(keyRule: KeyRule, args: readonly unknown[]): string | undefined {
  try {
    return keyOfCall(keyRule, undefined, args);
  } catch {
    return undefined;
  }
}

test('Invariant: a part is never said to be different when it may be equal; and of keys that are whole it is never said to be equal when it is not', () => {
  fc.assert(
    fc.property(fc.constantFrom(...rules), fc.array(argument, { minLength: 2, maxLength: 3 }), argument, (keyRule, args, other) => {
      const key = textOf(keyRule, args);
      fc.pre(key !== undefined);
      for (const [index, { name, isRest }] of keyRule.parameters.entries()) {
        const own = isRest ? args.slice(index) : args[index];
        expect([name, mayHave(keyRule, key, [wantedPart(keyRule, name as string, own)])]).toEqual([name, true]);
        if (isRest) continue;
        // The key of the same call with another value in that place is the same if and only if the values are equal.
        const otherKey = textOf(keyRule, Object.assign([...args], { [index]: other }));
        if (otherKey === undefined) continue;
        const isEqual = otherKey === key;
        const isSaid = mayHave(keyRule, key, [wantedPart(keyRule, name as string, other)]);
        const isPlain = keyRule.isHidden !== true && !key.startsWith('~') && !/RegExp[(:]/.test(key);
        expect([name, isSaid]).toEqual([name, isPlain ? isEqual : isEqual || isSaid]);
      }
    }),
    numRuns(5000, 80),
  );
});
