/** Holds what the doors of dist declare against what they give: who imports by name what is declared only gets a SyntaxError, or undefined. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';

/** Compares each door, by its name, in both formats. @throws with the names that are on one side only */
export async function expectDeclared(root, doors) {
  const require = createRequire(import.meta.url);
  const load = { cjs: require, esm: (path) => import(path) };
  for (const format of Object.keys(load)) {
    for (const door of doors) {
      const path = join(root, 'dist', format, door);
      const declared = declaredValues(`${path}.d.ts`);
      const given = Object.keys(await load[format](`${path}.js`)).filter((name) => name !== 'default' && name !== 'module.exports');
      const amiss = [...declared.filter((name) => !given.includes(name)), ...given.filter((name) => !declared.includes(name))];
      if (amiss.length > 0) throw new Error(`${path}: declared or given, and not both: ${amiss.join(', ')}`);
    }
  }
}

function declaredValues(file) {
  const { ESNext } = ts.ScriptTarget;
  const program = ts.createProgram([file], { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ESNext, types: [] });
  const checker = program.getTypeChecker();
  const meant = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const all = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  return all.filter((symbol) => meant(symbol).flags & ts.SymbolFlags.Value).map(({ name }) => name);
}
