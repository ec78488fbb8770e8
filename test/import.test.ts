import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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

/** The files of dist that a door loads, and modules of Node that are slow to load. */
function loadedBy(importing: string): unknown {
  const program = `(async () => { ${importing}; console.log(JSON.stringify(Object.keys(require.cache).filter((path) => path.startsWith(${JSON.stringify(dist)})).map((path) => path.slice(${dist.length + 1})))); })();`;
  return (JSON.parse(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8', cwd: join(__dirname, '..') })) as string[]).sort();
}

const all = ['cjs/core.js', 'cjs/index.js', 'cjs/memory.js'];
test.each([
  [`await import('scrubjay')`, all],
  [`require('scrubjay')`, all],
  [`const { cached } = require('scrubjay'); class Users { find(id) { return id; } } cached(Users, 'find', { ttl: '5m' }); new Users().find('u1')`, all],
  [`require('scrubjay/map')`, ['cjs/map.js', 'cjs/memory.js']],
  [`require('scrubjay/persist')`, ['cjs/memory.js', 'cjs/persist.js']],
])('%s reads few files, and nothing of the disk', (importing, files) => {
  expect(loadedBy(importing)).toEqual([...files].sort());
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
