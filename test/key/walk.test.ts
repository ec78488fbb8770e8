import { pathText, propertyNameText, quoted, symbolText } from '../../src/key/walk.js';

test('a path reads as people write it', () => {
  expect(pathText('opts', ['where', 'first name', 2, '3', Symbol.for('gt'), Symbol.iterator, Symbol('x')])).toBe(
    'opts.where["first name"][2][3][Symbol.for("gt")][Symbol.iterator][Symbol(x)]',
  );
  expect(pathText('opts', ['(key)', '(value)', '(member)', '(other)'])).toBe('opts(key)(value)(member)["(other)"]');
  expect(pathText('$0', [])).toBe('$0');
});

test('a long path shows its two ends', () => {
  const text = pathText('opts', [...Array.from({ length: 200 }, () => 'deep'), 'end']);
  expect(text).toMatch(/^opts\.deep\.deep.*….*\.deep\.end$/);
  expect(text.length).toBeLessThan(200);
});

test('a name is bare when it is an ASCII identifier', () => {
  expect(['a', '_', '$a1', 'a-b', '1', '', 'é', '\ud800'].map(propertyNameText)).toEqual(['a', '_', '$a1', '"a-b"', '"1"', '""', '"é"', '"\\ud800"']);
});

test('every text is quoted as JSON quotes it', () => {
  for (let code = 0; code < 0x10000; code++) {
    const text = String.fromCharCode(code);
    if (quoted(text) !== JSON.stringify(text)) throw new Error(`${code.toString(16)}: ${quoted(text)}`);
  }
  for (const text of ['', '😀', 'x'.repeat(100), '\ud83d\ud83d\ude00']) expect(quoted(text)).toBe(JSON.stringify(text));
});

test('a symbol has a text when every process has it', () => {
  expect(symbolText(Symbol.for('a"b'))).toBe('Symbol.for("a\\"b")');
  expect(symbolText(Symbol.toPrimitive)).toBe('Symbol.toPrimitive');
  expect(symbolText(Symbol('Symbol.iterator'))).toBeUndefined();
});
