/**
 * Walks over JavaScript source without understanding it: it knows where strings, templates, regular expressions, comments and brackets end.
 * What it cannot follow, it gives up on; it never guesses past the end of something.
 */

/** The source could not be followed to its end. */
export class Lost extends Error {}

const TRIVIA = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y;
const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?)n?/y;
const STRING = /"(?:[^"\\\n\r]|\\[^])*"|'(?:[^'\\\n\r]|\\[^])*'/y;
const REGEXP = /\/(?:[^/\\[\n\r\u2028\u2029]|\\.|\[(?:[^\]\\\n\r\u2028\u2029]|\\.)*\])+\/[\p{ID_Continue}$]*/uy;

/** After these words an expression begins, so a slash is the start of a regular expression. */
const BEFORE_EXPRESSION = new Set('return typeof instanceof in of new delete void throw case do else await yield default extends'.split(' '));
/** What stands in parentheses behind these is no operand. */
const BEFORE_CONDITION = new Set(['if', 'while', 'for', 'with']);

interface Open {
  readonly closer: string;
  /** Whether an operand ends where it closes, so that a slash is a division. */
  readonly isOperand: boolean;
}

/** Longer tokens are literals, which nobody asks for. */
const LONGEST_TOKEN = 12;
/** After these a `{` opens a block, even where an expression may begin. */
const BEFORE_BLOCK = new Set(['=>', ';', '{', '}', ')', 'else', 'do', 'try', 'finally']);

/** Whether what stands in the bracket that opens here is an operand for what comes behind it: a value, and not a block or a condition. */
function isOperandInside(opener: string, previous: string, isAfterOperand: boolean): boolean {
  if (opener === '{') return !isAfterOperand && !BEFORE_BLOCK.has(previous);
  return opener === '[' || !BEFORE_CONDITION.has(previous);
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

export class Scanner {
  /** Where the next token is looked for. */
  position = 0;
  readonly #source: string;
  /** Told of every identifier that is not the name of a property behind a dot. */
  readonly #onWord: ((word: string) => void) | undefined;

  constructor(source: string, onWord?: (word: string) => void) {
    this.#source = source;
    this.#onWord = onWord;
  }

  /** Goes past white space and comments; gives the character that stands there, empty at the end. */
  next(): string {
    this.#take(TRIVIA);
    return this.#source.charAt(this.position);
  }

  /** Goes past `text` if it stands here. */
  accept(text: string): boolean {
    this.next();
    if (!this.#source.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  /** Goes past an identifier if one stands here, and gives it. Escapes in names are not followed. */
  word(): string | undefined {
    this.next();
    return this.#take(IDENTIFIER);
  }

  /** Goes past a string, a number, or something in brackets; nothing else can name a method that is no identifier. */
  literalName(): boolean {
    const character = this.next();
    if (character === '[') {
      this.brackets();
      return true;
    }
    return this.#take(STRING) !== undefined || this.#take(NUMBER) !== undefined;
  }

  /** Goes past the bracket that stands here, up to and with the one that closes it. */
  brackets(): void {
    const start = this.position;
    this.#expression((depth) => depth === 0 && this.position > start);
  }

  /** Goes past an expression, up to the comma or the closing bracket behind it. */
  expression(): void {
    this.#expression((depth) => depth === 0 && /^[,)\]}]?$/.test(this.next()));
  }

  /** Goes past everything that is left. */
  rest(): void {
    this.#expression((depth) => depth === 0 && this.next() === '');
  }

  #expression(isEnd: (depth: number) => boolean): void {
    const open: Open[] = [];
    /** Whether an operand ends here, and the token before. */
    let isAfterOperand = false;
    let previous = '';
    while (!isEnd(open.length)) {
      const character = this.next();
      const start = this.position;
      if (character === '' || character === '\\') throw new Lost();
      if (character === ')' || character === ']' || character === '}') {
        const closed = open.pop();
        if (closed?.closer !== character) throw new Lost();
        this.position++;
        isAfterOperand = closed.isOperand;
      } else if (character in CLOSERS) {
        open.push({ closer: CLOSERS[character] as string, isOperand: isOperandInside(character, previous, isAfterOperand) });
        this.position++;
        isAfterOperand = false;
      } else {
        isAfterOperand = this.#token(character, previous, isAfterOperand);
      }
      previous = this.#source.slice(start, Math.min(this.position, start + LONGEST_TOKEN));
    }
  }

  /** Goes past a token that is no bracket; gives whether an operand ends behind it. */
  #token(character: string, previous: string, isAfterOperand: boolean): boolean {
    if (character === '`') {
      this.#template();
      return true;
    }
    const literal = character === '"' || character === "'" ? STRING : character === '/' && !isAfterOperand ? REGEXP : this.#isNumber() ? NUMBER : undefined;
    if (literal !== undefined) {
      if (this.#take(literal) === undefined) throw new Lost();
      return true;
    }
    const word = this.#take(IDENTIFIER);
    if (word === undefined) return this.#operator(isAfterOperand);
    if (previous === '.') return true;
    this.#onWord?.(word);
    return !BEFORE_EXPRESSION.has(word);
  }

  /** Goes past an operator; gives whether an operand ends behind it, as after `i++`. */
  #operator(isAfterOperand: boolean): boolean {
    const long = ['...', '++', '--', '=>'].find((operator) => this.#source.startsWith(operator, this.position));
    this.position += long?.length ?? 1;
    return (long === '++' || long === '--') && isAfterOperand;
  }

  #isNumber(): boolean {
    return /^\.?\d/.test(this.#source.slice(this.position, this.position + 2));
  }

  #template(): void {
    for (this.position++; ; ) {
      const character = this.#source.charAt(this.position);
      if (character === '') throw new Lost();
      if (character === '`') break;
      if (character === '$' && this.#source.charAt(this.position + 1) === '{') {
        this.position++;
        this.brackets();
      } else {
        this.position += character === '\\' ? 2 : 1;
      }
    }
    this.position++;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined) return undefined;
    this.position += found.length;
    return found;
  }
}
