/**
 * What the files of dist give each other.
 */
import { parseAst } from 'rolldown/parseAst';
import { walk } from './ast.mjs';

/**
 * Getters of what never changes become properties: the bundler writes `Object.defineProperty(exports, "now", { enumerable: true, get: function() { return now } })` at the end of a file,
 * where all is there. Gives the edits.
 */
export function plainExports(program) {
  const changed = assignedNames(program);
  return [...getters(program)]
    .filter(({ local }) => !changed.has(local))
    .map(({ statement: { start, end }, name, local }) => ({ start, end, text: `exports.${name}=${local};` }));
}

/** The exports of a file that are functions and nothing else, which may as well be called by others of the same name: how many parameters each has until one may be left out. */
export function functionsIn(code) {
  const program = parseAst(code);
  const functions = new Map(program.body.flatMap(functionsOf));
  // `Key.ignore = …`: more than a function.
  walk(program, undefined, ({ type, left }) => {
    if (type === 'AssignmentExpression' && left.type === 'MemberExpression') functions.delete(left.object.name);
  });
  const changed = assignedNames(program);
  return new Map([...getters(program)].flatMap(({ name, local }) => (functions.has(local) && !changed.has(local) ? [[name, functions.get(local)]] : [])));
}

/** The right side of `exports.name = object.name`, as doors have it. */
export const reexport = ({ type, left, right }) =>
  type === 'AssignmentExpression' && left.object?.name === 'exports' && right.type === 'MemberExpression' ? right : undefined;

function* getters(program) {
  for (const statement of program.body) {
    const { callee, arguments: [exports, name, descriptor] = [] } = statement.expression ?? {};
    if (callee?.property?.name !== 'defineProperty' || exports?.name !== 'exports') continue;
    const getter = descriptor.properties.find(({ key }) => key.name === 'get').value;
    yield { statement, name: name.value, local: getter.body.body[0].argument.name };
  }
}

const functionsOf = ({ type, id, params, declarations = [] }) =>
  type === 'FunctionDeclaration'
    ? [[id.name, lengthOf(params)]]
    : declarations.filter(({ init }) => init?.type === 'ArrowFunctionExpression').map(({ id: { name }, init }) => [name, lengthOf(init.params)]);

/** As the `length` of a function says it. */
function lengthOf(params) {
  const end = params.findIndex(({ type }) => type === 'AssignmentPattern' || type === 'RestElement');
  return end < 0 ? params.length : end;
}

/** Every name that gets another value somewhere. */
function assignedNames(program) {
  const names = new Set();
  walk(program, undefined, ({ type, left, argument }) => {
    const target = type === 'AssignmentExpression' ? left : type === 'UpdateExpression' ? argument : undefined;
    if (target?.type !== 'MemberExpression') walk(target, undefined, ({ type: kind, name }) => kind === 'Identifier' && names.add(name));
  });
  return names;
}
