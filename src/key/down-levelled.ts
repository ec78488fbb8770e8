/**
 * Methods that a compiler rewrote for an older target: it moves the body of an async method into a generator, and the true parameters with it.
 * TypeScript: `find(id_1) { return __awaiter(this, arguments, void 0, function* (id, locale = 'en') { … }); }`, esbuild likewise with `__async`;
 * Babel and swc: `find(_x) { return _asyncToGenerator(function* (id, locale = 'en') { … }).apply(this, arguments); }`.
 */
import { type ParameterList, readParameterList } from './parameter-list.js';
import { Lost, Scanner } from './source-scanner.js';

export interface Moved {
  /** The function that has the true list, to the end of the method. */
  readonly text: string;
  /** The true list, by its place in `text`. */
  readonly list: ParameterList;
  /** That list, and the body behind it. */
  readonly body: string;
}

const PRELUDE = String.raw`^\s*\{\s*(?:(?:const|let|var) _(?:this|super)\w* = [^;]*;\s*)*return\s+`;
const HELPER = String.raw`(?:\(0,\s*)?[\w$.]*(?:__awaiter|__async|_async_to_generator|[aA]syncToGenerator)[\w$.]*\)?\(\s*`;

/** Where the moved function begins, and what must stand behind it for its list to be the true one. */
const FORMS: readonly (readonly [head: RegExp, tail: RegExp])[] = [
  [new RegExp(String.raw`${PRELUDE}${HELPER}this,\s*arguments,\s*(?:[\w$. ]+,\s*)*(?=function\b)`), /^\s*\);?\s*\}\s*$/],
  [new RegExp(String.raw`${PRELUDE}${HELPER}(?=function\b)`), /^\s*\)\.apply\(this, arguments\);?\s*\}\s*$/],
];
/** The moved function takes nothing: it sees the parameters of the method around it. */
const CALLED_AT_ONCE = /^\s*\)(?:\.call\(this\)|\(\));?\s*\}\s*$/;

/** Finds the true list behind the head of a method; `undefined` when the visible one is it. */
export function downLevelled(behindHead: string): Moved | undefined {
  for (const [head, tail] of FORMS) {
    const start = head.exec(behindHead)?.[0].length;
    if (start === undefined) continue;
    const text = behindHead.slice(start);
    const list = readParameterList(text);
    if (list === undefined) throw new Lost();
    const scanner = new Scanner(text);
    scanner.position = list.end;
    if (scanner.next() !== '{') throw new Lost();
    scanner.brackets();
    const behind = text.slice(scanner.position);
    if (tail.test(behind)) return { text, list, body: text.slice(list.start, scanner.position) };
    if (CALLED_AT_ONCE.test(behind) && list.parameters.length === 0) return undefined;
    throw new Lost();
  }
  return undefined;
}
