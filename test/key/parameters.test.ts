import { checkParameters, readParameter, recordedParameters, recordParameter, UNNAMED } from '../../src/key/parameters.js';
import { readSourceText } from '../../src/key/source-text.js';
import { named } from './calls.js';

const takesNoArguments = (fn: object): boolean => {
  const { isSure, parameters, readsArguments } = readSourceText(fn as (...args: never[]) => unknown);
  return isSure && parameters.length === 0 && !readsArguments;
};

const BAD = { code: 'SCRUBJAY_BAD_KEY_NAME' };

test('a name is read as it stands, and three dots mark a rest parameter', () => {
  expect(readParameter('id', 'here')).toEqual({ name: 'id', isRest: false, isIgnored: false });
  expect(readParameter('...ids', 'here')).toEqual({ name: 'ids', isRest: true, isIgnored: false });
  expect(readParameter('first name', 'here').name).toBe('first name');
});

test.each(['', ' ', '...', '... ', 'this', '$0', '...$rest', 1, undefined, null, {}, ['id']])('%p is no name', (text) => {
  expect(() => readParameter(text, '@Key on Users.find')).toThrow(expect.objectContaining(BAD));
  expect(() => readParameter(text, '@Key on Users.find')).toThrow(/^@Key on Users\.find: a parameter needs a name such as 'id', .*; got /);
});

test('two parameters of one name are an error', () => {
  expect(() => checkParameters(named('id', 'locale', 'id'), 'here')).toThrow(
    expect.objectContaining({ ...BAD, message: 'here: two parameters are named "id"; give each a name of its own.' }),
  );
  expect(() => checkParameters([...named('id'), UNNAMED, UNNAMED], 'here')).not.toThrow();
});

test('a rest parameter that is not the last one is an error', () => {
  expect(() => checkParameters(named('...ids', 'locale'), 'here')).toThrow(expect.objectContaining(BAD));
  expect(() => checkParameters(named('locale', '...ids'), 'here')).not.toThrow();
});

test('recorded parameters come back by position, with those nobody named in between', () => {
  class Users {}
  recordParameter(Users.prototype, 'find', 2, readParameter('locale', 'here'));
  recordParameter(Users.prototype, 'find', 0, { ...UNNAMED, isIgnored: true });
  expect(recordedParameters(Users.prototype, 'find')).toEqual([{ ...UNNAMED, isIgnored: true }, UNNAMED, readParameter('locale', 'here')]);
});

test('what is recorded for one method, class or side of a class is not seen by another', () => {
  class Users {}
  class Admins extends Users {}
  const symbol = Symbol('find');
  recordParameter(Users.prototype, 'find', 0, readParameter('id', 'here'));
  recordParameter(Users.prototype, symbol, 0, readParameter('other', 'here'));
  expect(recordedParameters(Users.prototype, symbol)).toEqual(named('other'));
  for (const target of [Users, Admins.prototype]) expect(recordedParameters(target, 'find')).toEqual([]);
  expect(recordedParameters(Users.prototype, 'toString')).toEqual([]);
});

test('names are left for other tools where reflect-metadata is loaded', () => {
  class Users {}
  const told: unknown[] = [];
  Object.assign(Reflect, { defineMetadata: (...what: unknown[]) => told.push(what) });
  try {
    recordParameter(Users.prototype, 'find', 1, readParameter('locale', 'here'));
  } finally {
    Reflect.deleteProperty(Reflect, 'defineMetadata');
  }
  expect(told).toEqual([['scrubjay:parameters', [undefined, 'locale'], Users.prototype, 'find']]);
});

test('two copies of the library share what is recorded', () => {
  class Users {}
  recordParameter(Users.prototype, 'find', 0, readParameter('id', 'here'));
  jest.isolateModules(() => {
    const other = jest.requireActual<typeof import('../../src/key/parameters.js')>('../../src/key/parameters.js');
    expect(other.recordedParameters).not.toBe(recordedParameters);
    expect(other.recordedParameters(Users.prototype, 'find')).toEqual(named('id'));
  });
});

// biome-ignore lint/security/noGlobalEval: what a source text says is the question.
const method = (source: string): object => Object.values(eval(`({ ${source} })`) as object)[0] as object;

test.each([
  'all() { return 1; }',
  'all ( ) { }',
  'async all() { return 1; }',
  "'all users'() { }",
  '[Symbol.iterator]() { }',
  'all: function () { }',
  'all: async function named() { }',
  'all: () => 1',
  'all: async () => 1',
  'static() { }',
  'async() { }',
  'all() { return __awaiter(this, void 0, void 0, function* () { }); }',
  'all() { cov_1().f[0]++; return 1; }',
])('takes no arguments beyond doubt: %s', (source) => {
  const fn = source.startsWith('[') ? (Object.getOwnPropertySymbols(eval(`({${source}})`)).length, eval(`({${source}})`)[Symbol.iterator]) : method(source);
  expect(takesNoArguments(fn)).toBe(true);
});

test.each([
  'all(id) { }',
  "all(locale = 'en') { }",
  'all(...ids) { }',
  'all({ id }) { }',
  'all({} = {}) { }',
  'all([] = []) { }',
  'all: (id) => 1',
  'all: id => 1',
  'all: async id => 1',
  'all() { return arguments.length; }',
  'all: function () { return original.apply(this, arguments); }',
  "all() { return __awaiter(this, arguments, void 0, function* (locale = 'en') { }); }",
  'all() { var locale = arguments.length > 0 && arguments[0] !== undefined ? arguments[0] : "en"; }',
  'all() { for (var _len = arguments.length, ids = new Array(_len), _key = 0; _key < _len; _key++) { ids[_key] = arguments[_key]; } }',
  'all: function () { var _ref = wrap(function* (id) {}); return function find(_x) { return _ref.apply(this, arguments); }; }',
  'all: function () {}.bind(null)',
  'all: Math.max',
  'all: new Proxy(function () {}, {})',
  'all: class { constructor(id) { } }',
])('may take arguments: %s', (source) => {
  expect(takesNoArguments(method(source))).toBe(false);
});

test('static methods are read like others', () => {
  class Users {
    static all(): number {
      return 1;
    }
    static async find(_locale = 'en'): Promise<void> {}
  }
  expect(takesNoArguments(Users.all)).toBe(true);
  expect(takesNoArguments(Users.find)).toBe(false);
});
