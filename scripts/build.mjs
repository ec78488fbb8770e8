/** Builds dist: ES modules and CommonJS, each with its declarations. */
import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

await rm('dist', { recursive: true, force: true });
await Promise.all([compile('config/tsconfig.esm.json'), compile('config/tsconfig.cjs.json')]);
// package.json says "module" for the whole package; this says otherwise for the files around it.
await writeFile('dist/cjs/package.json', '{ "type": "commonjs" }\n');
await bringDevalueAlong();
await sayWhereModulesAre();
// As npm makes it when it installs the package; this is for who calls it here.
await chmod('dist/esm/cli/bin.js', 0o755);

function compile(project) {
  return new Promise((resolve) => {
    spawn(process.execPath, ['node_modules/typescript/bin/tsc', '--project', project], { stdio: 'inherit' }).on('exit', (code) => {
      // The compiler has said what is wrong.
      if (code !== 0) process.exit(1);
      resolve();
    });
  });
}

/**
 * devalue is published as ES modules only, and Node before 20.19 cannot `require` those: the CommonJS build carries a translated copy.
 * A nested "imports" in dist/cjs/package.json would do for Node, but publint rejects it: not every bundler reads it. Hence the replaced text.
 */
async function bringDevalueAlong() {
  const from = 'node_modules/devalue/';
  const to = 'dist/cjs/vendor/devalue/';
  await mkdir(to, { recursive: true });
  await copyFile(`${from}LICENSE`, `${to}LICENSE`);
  const isSource = (name) => name.endsWith('.js') && !name.endsWith('.test.js');
  for (const name of (await readdir(`${from}src`)).filter(isSource)) {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    const { outputText } = ts.transpileModule(await readFile(`${from}src/${name}`, 'utf8'), { fileName: name, compilerOptions });
    await writeFile(to + name, outputText);
  }

  // Only drivers may import packages; `npm run layers` sees to it.
  const drivers = 'dist/cjs/persist/drivers/';
  for (const name of (await readdir(drivers)).filter(isSource)) {
    const compiled = await readFile(drivers + name, 'utf8');
    await writeFile(drivers + name, compiled.replaceAll('require("#devalue")', 'require("../../vendor/devalue/index.js")'));
  }
}

/** What is loaded when it is needed is looked for from the file that asks. CommonJS calls that `__filename`, and so does the source; ES modules have another word. */
async function sayWhereModulesAre() {
  for (const path of ['dist/esm/persist/drivers/msgpackr.js', 'dist/esm/cli/version.js']) {
    const compiled = await readFile(path, 'utf8');
    if (!compiled.includes('createRequire(__filename)')) throw new Error(`${path} does not look as expected`);
    await writeFile(path, compiled.replace('createRequire(__filename)', 'createRequire(import.meta.url)'));
  }
}
