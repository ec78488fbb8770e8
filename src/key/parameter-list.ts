/**
 * The parameter list at the head of a function's source text.
 */
import { Lost, Scanner } from './source-scanner.js';

/** One parameter in the source. */
export interface SourceParameter {
  /** Its name; `undefined` for a destructured one, and for one that a compiler named. */
  readonly name: string | undefined;
  readonly isRest: boolean;
}

/** A parameter list in a text. */
export interface ParameterList {
  readonly parameters: readonly (SourceParameter & { readonly hasDefault: boolean })[];
  /** Where the list begins and ends in the text, its parentheses included. */
  readonly start: number;
  readonly end: number;
}

/** Reads the parameter list at the head of a function, a method or an arrow function; `undefined` for what is none of these. */
export function readParameterList(source: string): ParameterList | undefined {
  const scanner = new Scanner(source);
  for (let names = 0; names < 6; names++) {
    const character = scanner.next();
    if (character === '(') return readList(scanner);
    if (character === '=' && names > 0) return undefined;
    if (scanner.accept('*') || scanner.accept('#')) continue;
    const start = scanner.position;
    const word = scanner.word();
    if (word === undefined && !scanner.literalName()) return undefined;
    if (word !== undefined && scanner.accept('=>')) return { parameters: [{ name: word, isRest: false, hasDefault: false }], start, end: scanner.position - 2 };
    if (word === 'class' && scanner.next() !== '(') return undefined;
  }
  return undefined;
}

function readList(scanner: Scanner): ParameterList {
  const start = scanner.position;
  const parameters: (SourceParameter & { readonly hasDefault: boolean })[] = [];
  scanner.accept('(');
  while (scanner.next() !== ')') {
    const isRest = scanner.accept('...');
    const opener = scanner.next();
    const isDestructured = opener === '{' || opener === '[';
    if (isDestructured) scanner.brackets();
    const name = isDestructured ? undefined : scanner.word();
    if (!isDestructured && name === undefined) throw new Lost();
    const hasDefault = scanner.accept('=');
    if (hasDefault) scanner.expression();
    parameters.push({ name, isRest, hasDefault });
    if (!scanner.accept(',') && scanner.next() !== ')') throw new Lost();
  }
  scanner.accept(')');
  return { parameters, start, end: scanner.position };
}
