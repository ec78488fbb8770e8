/** The start of one library, in this process, which has loaded nothing else; and how large it is. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

export const run = async ({ name, suite, processor }, library) =>
  suite === 'startup-size' ? sizesOf(name) : await start(name, library, processor ? processorTime : wallTime);

// Both in milliseconds.
const wallTime = () => performance.now();
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function start(name, library, clock) {
  const begin = clock();
  const loaded = await load(name, library);
  const imported = clock();
  if (!name.startsWith('scrubjay')) return { 'import, ms': imported - begin };
  class Service {
    find(id) {
      return { id };
    }
  }
  loaded.cached(Service, 'find', { ttl: '5m' });
  const service = new Service();
  if (service.find('u1') !== service.find('u1')) throw new Error('no hit');
  return { 'import, ms': imported - begin, 'to the first hit, ms': clock() - begin };
}

async function load(name, library) {
  if (name === 'scrubjay') return await import(new URL('esm/index.js', library).href);
  if (name === 'scrubjay, CJS') return require(fileURLToPath(new URL('cjs/index.js', library)));
  if (name === 'an empty module') return await import('./empty.mjs');
  if (name === 'an empty module, CJS') return require('./empty.cjs');
  if (name === '@type-cacheable/core') await import('reflect-metadata');
  return await import(name);
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

function sizesOf(name) {
  if (name === 'scrubjay') {
    const [{ size, unpackedSize }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }));
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const below = Object.keys(dependencies).map((each) => packagesBelow(each, join(root, 'node_modules')));
    const bytes = unpackedSize + sum(below.flatMap((packages) => [...packages].map(bytesIn)));
    return {
      'packed, kB': size / 1000,
      'installed, kB': bytes / 1000,
      'runtime dependencies': below.length,
      'packages in all': 1 + sum(below.map(({ size: count }) => count)),
    };
  }
  const modules = join(root, 'bench/node_modules');
  const packages = packagesBelow(name, modules);
  const { dependencies = {} } = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'));
  return {
    'installed, kB': sum([...packages].map(bytesIn)) / 1000,
    'runtime dependencies': Object.keys(dependencies).length,
    'packages in all': packages.size,
  };
}

const sum = (numbers) => numbers.reduce((all, number) => all + number, 0);

/** The folders of a package and of all that it depends on, found as Node finds them. */
function packagesBelow(name, from, found = new Set()) {
  const folder = [join(from, name), join(root, 'bench/node_modules', name)].find((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
  if (folder === undefined || found.has(folder)) return found;
  found.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const each of Object.keys(dependencies)) packagesBelow(each, join(folder, 'node_modules'), found);
  return found;
}

/** Bytes of a package's own files. */
const bytesIn = (folder) =>
  sum(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.name !== 'node_modules')
      .map((entry) => (entry.isDirectory() ? bytesIn(join(folder, entry.name)) : statSync(join(folder, entry.name)).size)),
  );
