/**
 * The code of dist: a few bundles, so that a start reads few files. CommonJS, because only its `require` can load what is seldom needed where a sync method needs it.
 */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { finished } from './output.mjs';

/** What the disk takes is loaded with the first cache that is kept there; but for these, which caches in memory need as well. */
const IN_MEMORY_TOO = ['contract', 'log-writer', 'late-values', 'slot-records', 'close-on', 'open-journals', 'cache-directory', 'drivers/own-properties'];
const isOfDisk = (id) => /\/src\/persist\/|\/devalue\//.test(id) && !IN_MEMORY_TOO.some((name) => id.endsWith(`/${name}.ts`));

/** Modules of Node that its own start has not loaded. The others cost nothing, and may be used in every hit. */
const LATE_IN_NODE = ['child_process', 'cluster', 'crypto', 'os', 'readline', 'stream', 'timers/promises', 'v8', 'vm', 'worker_threads'];
const isLazy = (source) => source === './disk.js' || LATE_IN_NODE.includes(source.replace(/^node:/, ''));

const isExternal = (id) => !/^[./]/.test(id) && !/^#?devalue$/.test(id);

export async function buildCode(doors, command) {
  const bundler = await rolldown({
    input: { ...doors, cli: command },
    platform: 'node',
    external: isExternal,
    treeshake: { moduleSideEffects: false },
    preserveEntrySignatures: 'allow-extension',
  });
  const { output } = await bundler.generate({
    dir: 'dist/cjs',
    format: 'cjs',
    esModule: true,
    chunkFileNames: '[name].js',
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'bundles', name: bundleOf(doors) }] },
    comments: { legal: true, annotation: false, jsdoc: false },
    minify: { compress: false, mangle: false, codegen: true },
    minifyInternalExports: false,
  });
  await Promise.all([mkdir('dist/cjs', { recursive: true }), mkdir('dist/esm', { recursive: true })]);
  await Promise.all(output.map(({ fileName, code }) => writeFile(`dist/cjs/${fileName}`, finished(code, isLazy, fileName))));
  // package.json says "module" for the whole package; this says otherwise for the files around it.
  await writeFile('dist/cjs/package.json', '{ "type": "commonjs" }\n');
  // devalue, which is in disk.js: its licence asks for this.
  await copyFile('node_modules/devalue/LICENSE', 'dist/cjs/disk.devalue-LICENSE');
  // As npm makes it when it installs the package; this is for who calls it here.
  await chmod('dist/cjs/cli.js', 0o755);
  for (const { fileName, name, exports } of output.filter(({ name }) => name in doors)) {
    await writeFile(`dist/esm/${fileName}`, `export { ${exports.join(', ')} } from '../cjs/${name}.js';\n`);
  }
  await bundler.write({ dir: 'build/modules', format: 'cjs', preserveModules: true, preserveModulesRoot: 'src' });
  await writeFile('build/modules/package.json', '{ "type": "commonjs" }\n');
  await bundler.close();
}

/**
 * Which bundle a module is part of. Doors are files of their own that name what they give, and little else:
 * Node reads the whole of a CommonJS file that is imported, for the names in it.
 */
function bundleOf(doors) {
  const isDoor = (id) => Object.values(doors).some((door) => id.endsWith(`/${door}`));
  let below;
  return (id, context) => {
    below ??= { memory: allBelow(doors.map, context), core: allBelow(doors.index, context) };
    if (isOfDisk(id)) return 'disk';
    return isDoor(id) ? null : (Object.keys(below).find((name) => below[name].has(id)) ?? null);
  };
}

/** A file and all that it imports. */
function allBelow(file, context, found = new Set()) {
  const id = resolve(file);
  if (found.has(id)) return found;
  found.add(id);
  for (const each of context.getModuleInfo(id)?.importedIds ?? []) allBelow(each, context, found);
  return found;
}
