/**
 * The code of dist: a few bundles, so that a start reads few files. CommonJS, because only its `require` can load what is seldom needed where a sync method needs it.
 */
import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { functionsIn } from './exports.mjs';
import { finished } from './output.mjs';
import { bundleOf, isLazy } from './parts.mjs';

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
    // As the sources are, which are ES modules: where a method is torn from its object, `this` is undefined, and not the global object.
    strict: true,
    chunkFileNames: '[name].js',
    codeSplitting: { includeDependenciesRecursively: false, groups: [{ debugName: 'bundles', name: bundleOf(doors) }] },
    comments: { legal: true, annotation: false, jsdoc: false },
    minify: { compress: false, mangle: false, codegen: true },
    minifyInternalExports: false,
  });
  await Promise.all([mkdir('dist/cjs', { recursive: true }), mkdir('dist/esm', { recursive: true })]);
  const functions = new Map(output.map(({ fileName, code }) => [`./${fileName}`, functionsIn(code)]));
  const lengthOf = (source, name) => functions.get(source).get(name);
  const finish = ({ fileName, code }) => finished(code, { fileName, isLazy: (source) => isLazy(source, fileName), lengthOf });
  await Promise.all(output.map((each) => writeFile(`dist/cjs/${each.fileName}`, finish(each))));
  // package.json says "module" for the whole package; this says otherwise for the files around it.
  await writeFile('dist/cjs/package.json', '{ "type": "commonjs" }\n');
  // devalue, which is in disk.js: its licence asks for this.
  await copyFile('node_modules/devalue/LICENSE', 'dist/cjs/disk.devalue-LICENSE');
  // As npm makes it when it installs the package; this is for who calls it here.
  await chmod('dist/cjs/cli.js', 0o755);
  for (const { fileName, name, exports } of output.filter(({ name }) => name in doors)) {
    await writeFile(`dist/esm/${fileName}`, `export { ${exports.join(', ')} } from '../cjs/${name}.js';\n`);
  }
  await bundler.write({ dir: 'build/modules', format: 'cjs', strict: true, preserveModules: true, preserveModulesRoot: 'src' });
  await writeFile('build/modules/package.json', '{ "type": "commonjs" }\n');
  await bundler.close();
}
