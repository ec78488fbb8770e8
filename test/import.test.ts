import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dist = join(__dirname, '../dist');
// `scrubjay/testing` loads a test framework, and integrations the framework they are for.
const doors = ['scrubjay', 'scrubjay/persist', 'scrubjay/map'];

/** Runs in a process of its own: everything that could read a file or begin to wait is watched, then the doors are imported, and what was seen is printed. */
const WATCH = `
  const seen = [];
  const watch = (owner, name, what) => {
    const original = owner[name];
    owner[name] = function watched(...args) {
      // The loader of modules reads files itself, with a frame of Node's own below this one.
      const caller = new Error().stack.split('\\n')[2] ?? '';
      if (caller.includes(${JSON.stringify(dist)})) seen.push(what + ' ' + caller.trim());
      return original.apply(this, args);
    };
  };
  const fs = require('node:fs');
  for (const [owner, of] of [[fs, 'fs.'], [fs.promises, 'fs.promises.']])
    for (const name of Object.keys(owner)) if (typeof owner[name] === 'function' && !/^[A-Z_]/.test(name)) watch(owner, name, of + name);
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) watch(globalThis, name, name);
  require('node:module').syncBuiltinESMExports();
`;

function seenAt(importing: string): unknown {
  // The loader closes its files a moment later.
  const program = `const turn = setImmediate; ${WATCH} (async () => { ${importing}; for (let turns = 0; turns < 20; turns++) await new Promise((go) => turn(go)); const resources = process.getActiveResourcesInfo(); console.log(JSON.stringify({ seen, resources })); process.exit(); })();`;
  return JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..'), stdio: ['ignore', 'pipe', 'inherit'] }));
}

test.each(doors)('import %s: no timer, nothing that keeps the process alive, and no file is touched', (door) => {
  expect(seenAt(`await import('${door}')`)).toEqual({ seen: [], resources: [] });
});

test.each(doors)('require %s: no timer, nothing that keeps the process alive, and no file is touched', (door) => {
  expect(seenAt(`require('${door}')`)).toEqual({ seen: [], resources: [] });
});

test.each(doors)('require %s: nothing stays open for those who look at it as jest --detectOpenHandles does', (door) => {
  const program = `const open = new Map(); require('node:async_hooks').createHook({ init: (id, type) => open.set(id, type), destroy: (id) => open.delete(id) }).enable();
    require('${door}'); setImmediate(() => setImmediate(() => console.log(JSON.stringify([...open.values()].filter((type) => !['PROMISE', 'Immediate', 'RANDOMBYTESREQUEST'].includes(type))))));`;
  expect(JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..') }))).toEqual([]);
});

/** The files of dist that a door loads, and modules of Node that are slow to load. A file is run, since `-e` has Node load more. */
function loadedBy(importing: string): string[] {
  const program = `(async () => { ${importing}; console.log(JSON.stringify([...Object.keys(require.cache), ...process.moduleLoadList])); })();`;
  // Inside of the package, which finds itself by its name.
  const folder = mkdtempSync(join(__dirname, '../build/'));
  try {
    writeFileSync(join(folder, 'loads.cjs'), program);
    const all = JSON.parse(execFileSync(process.execPath, [join(folder, 'loads.cjs')], { encoding: 'utf8' })) as string[];
    return all
      .flatMap((name) =>
        name.startsWith(dist) ? [name.slice(dist.length + 1)] : (/^NativeModule (crypto|v8|worker_threads|child_process)$/.exec(name)?.[1] ?? []),
      )
      .sort();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const atImport = ['cjs/base.js', 'cjs/core.js', 'cjs/index.js'];
const ofMethods = [...atImport, 'cjs/memory.js', 'cjs/methods.js', 'crypto'];
const users = `const scrubjay = require('scrubjay'); class Users { find(id) { return id; } async load(id) { return id; } }`;
test.each([
  [`await import('scrubjay')`, atImport],
  [`require('scrubjay')`, atImport],
  [`${users} scrubjay.cached(Users, 'find', { ttl: '5m' }); new Users().find('u1')`, ofMethods],
  [`${users} scrubjay.cached(Users, 'load'); const users = new Users(); await users.load({ id: 'u1' }); await users.load({ id: 'u1' })`, ofMethods],
  [`${users} scrubjay.cached(Users, 'find', { policy: 'arc' }); new Users().find('u1')`, [...ofMethods, 'cjs/policies.js']],
  [`${users} scrubjay.cached(Users, 'find'); new Users().find(new Date())`, [...ofMethods, 'cjs/seldom.js']],
  [`require('scrubjay/map')`, ['cjs/base.js', 'cjs/map.js', 'cjs/memory.js', 'crypto']],
  [`require('scrubjay/persist')`, ['cjs/base.js', 'cjs/persist.js']],
])('%s reads few files, and nothing of the disk', (importing, files) => {
  expect(loadedBy(importing)).toEqual([...files].sort());
});

const bundles = readdirSync(join(dist, 'cjs')).filter((name) => name.endsWith('.js') && !['cli.js', 'nestjs.js', 'testing.js'].includes(name));
test.each(bundles)('%s may be the first that is loaded, and the others after it', (first) => {
  expect(loadedBy(`for (const file of ${JSON.stringify([first, ...bundles])}) require(${JSON.stringify(`${dist}/cjs/`)} + file)`)).toContain('cjs/disk.js');
});

test('functions that are loaded late have their names, and so many parameters, and throw what they throw', () => {
  const program = `const { adopt, keyOf, lfuWith, withTransaction, cacheOf } = require('scrubjay'); let code; try { cacheOf(() => 1); } catch (error) { code = error.code; }
    console.log(JSON.stringify([[adopt, keyOf, lfuWith, withTransaction].map(({ name, length }) => name + ' ' + length), code]))`;
  expect(JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..') }))).toEqual([
    ['adopt 2', 'keyOf 2', 'lfuWith 1', 'withTransaction 1'],
    'SCRUBJAY_NOT_CACHED',
  ]);
});

test('what stands in for a method runs in strict mode, as the sources do: torn from its object, it has no `this`', () => {
  const program = `const { cached } = require('scrubjay'); class Users { who() { return this === undefined; } find(id) { this?.found(); return ++loads; } } let loads = 0;
    cached(Users, 'who'); cached(Users, 'find', { scope: 'class' }); const { who, find } = Users.prototype; console.log(JSON.stringify([who(), find('u1'), find('u1')]))`;
  expect(JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..') }))).toEqual([true, 1, 1]);
});

/** As esbuild bundles CommonJS to one ES module: the files find each other, and there is neither `require` nor `__filename`. */
const BUNDLED = `
  const { readFileSync } = require('node:fs');
  // A program in an argument has them.
  delete globalThis.__filename;
  const files = {};
  const bundled = (name) => {
    if (!name.startsWith('./')) throw new Error('Dynamic require of "' + name + '" is not supported');
    if (files[name] === undefined) {
      files[name] = {};
      // Functions that are made of text see nothing of this program.
      new Function('exports', 'require', readFileSync(${JSON.stringify(join(dist, 'cjs'))} + name.slice(1), 'utf8'))(files[name], bundled);
    }
    return files[name];
  };
`;

test.each(['jsonl', 'msgpack'])('in a bundle of ES modules it finds the modules of Node, and what the disk takes: %s', (driver) => {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-'));
  const program = `${BUNDLED} const { cached, registry } = bundled('./index.js'); registry.configure({ persist: { directory: ${JSON.stringify(directory)} } });
    class Users { find(id) { return id; } } cached(Users, 'find', { persist: '${driver}', scope: 'class', params: ['id'] });
    console.log(JSON.stringify([new Users().find('u1')])); registry.close().then(() => bundled('./testing.js'));`;
  try {
    expect(JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..') }))).toEqual(['u1']);
    expect(readdirSync(directory)).toEqual(['Users.find']);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
