/**
 * `scrubjay <command>`: from the words that were typed to an exit code.
 */
import { parseArgs } from 'node:util';
import { isScrubjayError } from '../errors.js';
import { COMMON_OPTIONS, type Command, type ExitCode, Given, type Streams } from './command.js';
import { commands } from './index.js';
import { version } from './version.js';
import { WrongUse } from './wrong-use.js';

/** Runs one command line. Never rejects: what went wrong is one line on stderr and in the exit code. */
export async function main(words: readonly string[], streams: Streams): Promise<ExitCode> {
  // Without a listener the end of a pipe would end the process; `line` gets the error as well.
  const ignore = (): void => undefined;
  streams.stdout.on('error', ignore);
  try {
    return await run(words, streams);
  } catch (error) {
    // Whoever reads our output has seen enough.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 0;
    streams.stderr.write(`scrubjay: ${messageOf(error, words)}\n`);
    return isDamage(error) ? 2 : 1;
  } finally {
    streams.stdout.off('error', ignore);
  }
}

const isDamage = (error: unknown): boolean => isScrubjayError(error) && error.code === 'SCRUBJAY_LOG_DAMAGED';

async function run([name, ...words]: readonly string[], streams: Streams): Promise<ExitCode> {
  if (name === '--version') return print(streams, version());
  if (name === '--help' || name === '-h' || name === 'help') return print(streams, helpOf(commands[words[0] ?? '']));
  const command = name === undefined || !Object.hasOwn(commands, name) ? undefined : commands[name];
  if (command === undefined) {
    const found = name === undefined ? 'none' : JSON.stringify(name);
    throw new WrongUse(`wanted a command (${Object.keys(commands).join(', ')}), found ${found}; "scrubjay --help" says what each does.`);
  }
  const { values, positionals } = parsed(command, words);
  if (values['help'] === true) return print(streams, helpOf(command));
  const [directory = '', key = ''] = positionals;
  const wanted = command.takesKey === true ? 2 : 1;
  if (positionals.length !== wanted) {
    const count = `${wanted} ${wanted === 1 ? 'argument' : 'arguments'}`;
    throw new WrongUse(`wanted "scrubjay ${command.usage}" with ${count}, found ${positionals.length}; "scrubjay ${name} --help" says more.`);
  }
  const given = new Given(directory, key, values, streams);
  const exitCode = await command.run(given);
  return given.didMeetDamage ? 2 : exitCode;
}

function parsed(command: Command, words: readonly string[]): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  const own = Object.entries(command.options ?? {}).map(([option, { type }]) => [option, { type }] as const);
  try {
    return parseArgs({ args: [...words], options: { ...COMMON_OPTIONS, ...Object.fromEntries(own) }, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(`wanted "scrubjay ${command.usage}": ${(error as Error).message}`, { cause: error });
  }
}

function print(streams: Streams, text: string): ExitCode {
  streams.stdout.write(`${text}\n`);
  return 0;
}

function helpOf(command: Command | undefined): string {
  return command === undefined ? generalHelp() : commandHelp(command);
}

const table = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`).join('\n');
};

const generalHelp = (): string => `scrubjay <command> DIR

Looks at the files of persisted caches. DIR is the directory of one cache, or one that holds such directories, such as .scrubjay.

${table(Object.values(commands).map(({ usage, summary }) => [usage, summary]))}

  --json     output for programs
  --help     says more: scrubjay <command> --help
  --version  which scrubjay this is

Exit codes: 0 well, 1 not found or wrong use, 2 damage.`;

const commandHelp = ({ usage, summary, details, options = {} }: Command): string => `scrubjay ${usage}

${summary[0]?.toUpperCase()}${summary.slice(1)}.
${details}

${table([...Object.entries(options).map(([name, { type, help }]) => [`--${name}${type === 'string' ? ' TEXT' : ''}`, help] as const), ['--json', 'output for programs']])}`;

function messageOf(error: unknown, words: readonly string[]): string {
  const { message, code } = error as NodeJS.ErrnoException;
  if (isDamage(error) && words[0] !== 'repair') return `${message} To see all of it: "scrubjay verify"; to keep what is good: "scrubjay repair".`;
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return `${message}; run it as the user that the files belong to.`;
  return message.replaceAll('\n', ' ');
}
