/**
 * The last steps of the code: requires that wait until they are needed, modules of Node that are found without `require`, short names, and one statement a line.
 */
import { parseAst } from 'rolldown/parseAst';
import { minifySync } from 'rolldown/utils';
import { edited, walk } from './ast.mjs';
import { plainExports, reexport } from './exports.mjs';

/** The text of a file of dist, of what the bundler made. Names become short at last: before, one at the top of the file is the only one of its kind. */
export const finished = (code, { isLazy, fileName, lengthOf }) =>
  inLines(shortened(withPlainExports(withLazyRequires(code, { isLazy, fileName, lengthOf })), fileName));

const withPlainExports = (code) => edited(code, plainExports(parseAst(code)));

/**
 * Short names for what only the file itself sees: parameters, variables and private members. Those of functions and classes stay, which stacks show and `inspect` writes.
 * Letters beyond ASCII are escaped: with one of them, V8 keeps the whole file in two bytes a character, and reads it more slowly.
 */
function shortened(code, fileName) {
  const options = { module: false, compress: false, mangle: { toplevel: true, keepNames: true }, codegen: { asciiOnly: true } };
  const { code: short, errors } = minifySync(fileName, code, options);
  if (errors.length > 0 || /[^\0-\x7f]/.test(short)) throw new Error(`${fileName}: ${errors[0]?.message ?? 'a letter beyond ASCII is left'}`);
  return short;
}

/** Begins a line with each statement of the file, of a class and of a function: an error that nobody catches is shown with its line. */
function inLines(code) {
  const edits = [];
  walk(parseAst(code), undefined, (node, parent) => {
    for (const { start } of linesOf(node, parent)) edits.push({ start, end: start, text: '\n' });
  });
  return `${edited(code, edits).trim()}\n`;
}

/**
 * Makes `require` lazy where `isLazy` says so of the module: it is loaded where it is first used, and not with the file. Babel's `lazy` option for CommonJS does the same to sources.
 * A name at the top of a bundled file is the only one of its kind in it: the bundler renames the others.
 * @throws where a required module is used in a way that is not known to be safe, and where a class got a name that is not its own.
 */
function withLazyRequires(code, { isLazy, fileName, lengthOf }) {
  const program = parseAst(code);
  const lazy = lazyRequires(program, isLazy);
  const edits = [...lazy.values()].map(({ statement, name, source }) => ({
    start: statement.start,
    end: statement.end,
    text: `let ${name}$loaded;const ${name}=()=>${name}$loaded??=${required(source)};`,
  }));
  const handled = new Set();
  walk(program, undefined, (node, parent) => {
    expectOwnName(node, parent, fileName);
    if (isEagerRequire(node) && !lazy.has(parent?.id?.name)) edits.push({ start: node.start, end: node.end, text: required(node.arguments[0].value) });
    const from = lazy.get(reexport(node)?.object.name);
    if (from !== undefined) {
      const { object, property } = node.right;
      const length = lengthOf(from.source, property.name);
      if (length === undefined) throw new Error(`${fileName}: ${property.name} must be there at once, and ${from.source} is late.`);
      const { name } = node.left.property;
      edits.push({
        start: node.right.start,
        end: node.right.end,
        text: `function ${name}(${parameters(length)}){return ${object.name}().${property.name}(...arguments)}`,
      });
      handled.add(object);
    }
    if (node.type !== 'Identifier' || handled.has(node) || !lazy.has(node.name) || parent === lazy.get(node.name).declarator || isPropertyName(node, parent))
      return;
    if (parent.type !== 'MemberExpression' || parent.object !== node)
      throw new Error(`${fileName}: ${node.name} is used in a way that is not known to be safe.`);
    // `new name().Member()` would make an instance of `name`.
    const isMade = code.slice(0, node.start).endsWith('new ');
    edits.push({ start: node.start, end: node.end, text: isMade ? `(${node.name}())` : `${node.name}()` });
  });
  return edited(code, edits);
}

/** So many that nobody reads, for the `length` of a function: who curries or wraps it goes by that. */
const parameters = (length) => Array.from({ length }, (_, index) => `given${index}`).join();

/**
 * esbuild puts CommonJS into an ES module, which has no `require`, and says `Dynamic require of "node:util" is not supported` when that is asked for. Node has another way
 * to its own modules, from 20.16 and 22.3 on.
 */
const required = (source) => {
  const require = `require(${JSON.stringify(source)})`;
  return source.startsWith('node:') ? `process.getBuiltinModule?.(${JSON.stringify(source)})??${require}` : require;
};

const isEagerRequire = ({ type, callee, arguments: given }) => type === 'CallExpression' && callee.name === 'require' && given[0].value.startsWith('node:');

/** Each `const name = require("source")` at the top of the file that is to wait, by name. */
function lazyRequires(program, isLazy) {
  const found = new Map();
  for (const statement of program.body) {
    const [declarator, ...others] = statement.declarations ?? [];
    const call = declarator?.init;
    if (others.length > 0 || call?.type !== 'CallExpression' || call.callee.name !== 'require' || !isLazy(call.arguments[0].value)) continue;
    found.set(declarator.id.name, { statement, declarator, name: declarator.id.name, source: call.arguments[0].value });
  }
  // `import * as` and default imports: the bundler makes an object of its own of the module, at once.
  for (const { expression } of program.body) if (expression?.type === 'AssignmentExpression') found.delete(expression.left.name);
  return found;
}

/** The bundler numbers a name that two files have. Of a function, only stacks show it. */
function expectOwnName(node, parent, fileName) {
  const name = node.id?.name ?? parent?.id?.name ?? '';
  if (/^Class(?:Declaration|Expression)$/.test(node.type) && /\$\d+$/.test(name))
    throw new Error(`${fileName}: two files have a class ${name.replace(/\$\d+$/, '')}; give one of them another name.`);
}

function linesOf(node, parent) {
  if (node.type === 'Program' || node.type === 'ClassBody') return node.body;
  return node.type === 'BlockStatement' && /Function/.test(parent.type) ? node.body : [];
}

const isPropertyName = (node, parent) =>
  (parent.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
  (/^(?:Property|MethodDefinition|PropertyDefinition)$/.test(parent.type) && parent.key === node && !parent.computed && parent.value !== node);
