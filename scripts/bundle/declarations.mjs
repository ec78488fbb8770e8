/**
 * The declarations of dist: one set for both formats, which are one code. `npm run check` checks the types; here they are only written down.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rollup } from 'rollup';
import { dts } from 'rollup-plugin-dts';
import ts from 'typescript';

const FOLDER = 'build/declarations';

export async function buildDeclarations(doors) {
  emitTo(FOLDER, Object.values(doors));
  const input = Object.fromEntries(Object.entries(doors).map(([name, file]) => [name, join(FOLDER, file.replace(/^src\/(.*)\.ts$/, '$1.d.ts'))]));
  const bundler = await rollup({ input, external: (id) => !/^[./]/.test(id), plugins: [dts({ tsconfig: false })], onwarn });
  const { output } = await bundler.generate({ format: 'es', hoistTransitiveImports: false, entryFileNames: '[name].d.ts', chunkFileNames: '[name].ts' });
  await Promise.all(['dist/cjs', 'dist/esm'].map((folder) => mkdir(folder, { recursive: true })));
  for (const { fileName, code, isEntry } of output) {
    await writeFile(`dist/cjs/${fileName}`, withoutHeaders(code));
    if (isEntry)
      await writeFile(
        `dist/esm/${fileName}`,
        /from '@/.test(code) ? code.replaceAll(" from './", " from '../cjs/") : `export * from '../cjs/${fileName.replace(/\.d\.ts$/, '.js')}';\n`,
      );
  }
}

/** The first comment of a source says what the file is about, which is another one here: those with an empty line, or another comment, behind them belong to nothing. */
const withoutHeaders = (code) => code.replace(/^\/\*\*(?:(?!\*\/)[^])*\*\/\n\s*(?=\n|\/\*\*)/gm, '');

/** Some types have no name that users could say, only a place in the signatures that they can: that is how it is meant. */
const onwarn = ({ message }, warn) => /private shared type exports/.test(message) || warn(message);

/** Classes that stand in public signatures, and whose members are nobody's business: users may hold them, and that is all. Half of all declarations hang on them. */
const OPAQUE = new Set(['MethodCache', 'Table']);

const opaque = (context) => (file) =>
  ts.visitEachChild(
    file,
    (node) => {
      if (!ts.isClassDeclaration(node) || !OPAQUE.has(node.name?.text)) return node;
      const brand = ts.factory.createPropertyDeclaration(undefined, ts.factory.createPrivateIdentifier('#private'), undefined, undefined, undefined);
      return ts.factory.updateClassDeclaration(node, node.modifiers, node.name, node.typeParameters, undefined, [brand]);
    },
    context,
  );

/** One file of declarations for each source. */
function emitTo(folder, files) {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile('tsconfig.json', ts.sys.readFile).config, ts.sys, '.');
  const program = ts.createProgram(files, {
    ...options,
    noEmit: false,
    noCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    // What is marked `@internal` is left out: a subclass of ours needs it, and nobody else.
    stripInternal: true,
    rootDir: 'src',
    outDir: folder,
  });
  const { diagnostics } = program.emit(undefined, undefined, undefined, true, { afterDeclarations: [opaque] });
  if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
}
