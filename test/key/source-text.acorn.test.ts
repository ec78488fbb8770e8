/**
 * The parameter lists that scrubjay reads are those that a real parser sees, over every function in node_modules.
 * By default as many files as fit into a few seconds, always the same ones; SCRUBJAY_ALL_SOURCES=1 takes all of them.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as acorn from 'acorn';
import { readParameterList } from '../../src/key/parameter-list.js';
import { mayReadArguments } from '../../src/key/source-text.js';

const root = join(__dirname, '..', '..', 'node_modules');
const isWhole = process.env['SCRUBJAY_ALL_SOURCES'] === '1';
const BUDGET = 3_000_000;
const LARGEST = isWhole ? 12_000_000 : 3_000_000;

type Node = acorn.Node & Record<string, unknown>;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sources(path);
      return /\.[cm]?js$/.test(entry.name) && statSync(path).size < LARGEST ? [path] : [];
    });
}

/** Spread over all packages: a file in so many. */
function sample(paths: readonly string[]): readonly string[] {
  if (isWhole) return paths;
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  const step = Math.max(1, Math.ceil(bytes / BUDGET));
  return paths.filter((_path, index) => index % step === 0);
}

interface Parsed {
  readonly tree: Node;
  /** Where the names `arguments` and `eval` stand, other than behind a dot. */
  readonly suspects: readonly number[];
}

function parse(text: string): Parsed | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    const suspects: number[] = [];
    let before = '';
    const onToken = (token: acorn.Token): void => {
      const name = token.type === acorn.tokTypes.name ? String((token as acorn.Token & { value?: unknown }).value) : '';
      if (/^(?:_?arguments(?:_\d+)?|eval)$/.test(name) && before !== '.' && before !== '?.') suspects.push(token.start);
      before = token.type.label;
    };
    try {
      const options = { ecmaVersion: 'latest', sourceType, allowHashBang: true, allowReturnOutsideFunction: sourceType === 'script', onToken } as const;
      return { tree: acorn.parse(text, options) as unknown as Node, suspects };
    } catch {
      // No such kind of file; some are neither.
    }
  }
  return undefined;
}

/** Every function with the text that `toString` would give for it. */
function* functions(node: unknown, around?: Node): Generator<{ fn: Node; start: number }> {
  if (Array.isArray(node)) for (const each of node) yield* functions(each, around);
  if (typeof node !== 'object' || node === null || typeof (node as Node).type !== 'string') return;
  const here = node as Node;
  if (['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(here.type)) yield { fn: here, start: startOf(here, around) };
  for (const [key, child] of Object.entries(here)) if (key !== 'parent') yield* functions(child, here);
}

/** A method begins at its name, and what stands before that, but for `static`. */
function startOf(fn: Node, around: Node | undefined): number {
  const isMethod =
    around !== undefined &&
    around['value'] === fn &&
    (around.type === 'MethodDefinition' || (around.type === 'Property' && (around['method'] === true || around['kind'] !== 'init')));
  return isMethod ? around.start : fn.start;
}

const parameterOf = (pattern: Node): object => {
  if (pattern.type === 'AssignmentPattern') return { ...parameterOf(pattern['left'] as Node), hasDefault: true };
  if (pattern.type === 'RestElement') return { ...parameterOf(pattern['argument'] as Node), isRest: true };
  return { name: pattern.type === 'Identifier' ? pattern['name'] : undefined, isRest: false, hasDefault: false };
};

test('every parameter list in node_modules is read as acorn reads it', () => {
  const seen = { files: 0, functions: 0, unread: 0 };
  const wrong: string[] = [];
  for (const path of sample(sources(root))) {
    const text = readFileSync(path, 'utf8');
    const parsed = parse(text);
    if (parsed === undefined) {
      seen.unread++;
      continue;
    }
    seen.files++;
    for (const { fn, start } of functions(parsed.tree)) {
      const source = text.slice(start, fn.end);
      if (source.length > 200_000) continue;
      seen.functions++;
      const where = `${relative(root, path)}: ${source.slice(0, 120)}`;
      try {
        const list = readParameterList(source);
        if (JSON.stringify(list?.parameters) !== JSON.stringify((fn['params'] as Node[]).map(parameterOf))) {
          wrong.push(`list of ${where}`);
          continue;
        }
        const end = start + (list?.end as number);
        const expected = parsed.suspects.some((position) => position >= end && position < fn.end);
        if (mayReadArguments(source.slice(list?.end)) !== expected) wrong.push(`arguments in ${where}`);
      } catch (error) {
        wrong.push(`${(error as Error).constructor.name} in ${where}`);
      }
    }
  }
  process.stdout.write(
    `source text: ${seen.functions} functions of ${seen.files} files agree with acorn, but for ${wrong.length}; ${seen.unread} files are no JavaScript\n`,
  );
  expect(wrong.slice(0, 20)).toEqual([]);
  expect(seen.functions).toBeGreaterThan(isWhole ? 80_000 : 5_000);
});
