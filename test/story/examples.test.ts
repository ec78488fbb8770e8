import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(__dirname, '..', '..');

test.each(['01-first-steps'])('the example %s prints what stands beside it', (name) => {
  const source = readFileSync(join(root, 'examples', `${name}.ts`), 'utf8');
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, experimentalDecorators: true },
  });
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', outputText], { cwd: root, encoding: 'utf8' });
  expect(printed).toBe(readFileSync(join(root, 'examples', `${name}.expected.txt`), 'utf8'));
});
