import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as scrubjay from '../../src/index';
import { temporaryDirectory } from '../support/directories';

const root = join(__dirname, '..', '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const firstExample = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] as string;

interface Users {
  database: { load(id: string, locale: string): Promise<unknown> };
  find(id: string, locale?: string): Promise<unknown>;
}

/** The class of the first example, compiled as a user's project would compile it. */
function compileFirstExample(library: object): new () => Users {
  const { outputText } = ts.transpileModule(`${firstExample}\nexports.Users = Users;`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, experimentalDecorators: true },
  });
  const module = { exports: {} as { Users: new () => Users } };
  new Function('exports', 'require', outputText)(module.exports, () => library);
  return module.exports.Users;
}

test('the first example is at most 12 lines long and stands before line 25', () => {
  expect(firstExample.trimEnd().split('\n').length).toBeLessThanOrEqual(12);
  expect(readme.slice(0, readme.indexOf(firstExample) + firstExample.length).split('\n').length).toBeLessThan(25);
});

test('the first example does what it says: one load for concurrent calls, a hit afterwards, warm after a restart', async () => {
  const { registry } = scrubjay;
  registry.configure({ persist: { directory: temporaryDirectory() } });
  const load = jest.fn((id: string, locale: string) => Promise.resolve({ id, locale }));
  const start = (): Users => Object.assign(new (compileFirstExample(scrubjay))(), { database: { load } });
  const before = start();
  const [one, other] = await Promise.all([before.find('u1'), before.find('u1')]);
  expect(one).toBe(other);
  await before.find('u1');
  expect(load.mock.calls).toEqual([['u1', 'en']]);
  await registry.close();
  const after = start();
  expect(await after.find('u1')).toEqual({ id: 'u1', locale: 'en' });
  expect(load).toHaveBeenCalledTimes(1);
  expect(registry.stats()['Users.find']).toMatchObject({ hits: 1, loads: 0, size: 1 });
  await registry.close();
});

test('the README has a row for every option, and docs/errors.md one for every error code', () => {
  const optionsSource = readFileSync(join(root, 'src', 'check-options.ts'), 'utf8');
  const known = /const KNOWN = [\w.]+\(\{(.*?)\}/s.exec(optionsSource)?.[1]?.match(/\w+(?=:)/g) ?? [];
  expect(known.length).toBeGreaterThan(15);
  const batchSource = readFileSync(join(root, 'src', 'batch-options.ts'), 'utf8');
  const ofBatches = /const KNOWN_BATCH = [\w.]+\(\{(.*?)\}/s.exec(batchSource)?.[1]?.match(/\w+(?=:)/g) ?? [];
  expect(ofBatches.length).toBeGreaterThan(3);
  for (const option of [...known, ...ofBatches]) expect(readme).toMatch(new RegExp(`^\\| \`${option}\` +\\|`, 'm'));
  const errorsSource = readFileSync(join(root, 'src', 'errors.ts'), 'utf8');
  const codes = [...errorsSource.matchAll(/'(SCRUBJAY_\w+)'/g)].map(([, code]) => code);
  const page = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  expect(codes.length).toBeGreaterThan(10);
  for (const code of codes) expect(page).toMatch(new RegExp(`^\\| \`${code}\` +\\|`, 'm'));
  expect([...page.matchAll(/^\| `(SCRUBJAY_\w+)`/gm)].filter(([, code]) => !codes.includes(code))).toEqual([]);
});
