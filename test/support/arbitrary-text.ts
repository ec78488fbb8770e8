import fc from 'fast-check';

/** Any character: as `unit: 'binary'` of fast-check, which makes a table of all million of them first. */
const character = fc.integer({ min: 0, max: 0x10_ff_ff - 0x8_00 }).map((code) => String.fromCodePoint(code < 0xd8_00 ? code : code + 0x8_00));

/** Any text, and now and then the name of something that every object has. */
export const anyText = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.string({
      unit: fc.oneof(
        character,
        fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCodePoint(code)),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'name') },
);
