/**
 * One worker process, as its parent sees it: lines that come in, and a SIGKILL that goes out.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url));

/** What a worker said: a word, and its data. */
export type Line = readonly [kind: string, ...words: unknown[]];

/** Starts a worker and gives `hear` every line it says; resolves when the process is gone and everything it said was heard. */
export async function runWorker(args: readonly string[], hear: (line: Line, kill: () => void) => void): Promise<{ readonly wasKilled: boolean }> {
  const child: ChildProcess = spawn(process.execPath, [WORKER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  if (child.stdout === null) throw new Error('the worker has no output');
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const [kind = '', ...words] = text.split('\t');
      // The kill may cut a line off: what is not whole was not said.
      const line = wholeLine(kind, words);
      if (line !== undefined) hear(line, kill);
    }
  } catch (error) {
    kill();
    throw error;
  }
  const { code, signal } = await ended;
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(`the worker "${args.join(' ')}" ended with ${code ?? signal}`);
  return { wasKilled: signal === 'SIGKILL' };
}

function wholeLine(kind: string, words: readonly string[]): Line | undefined {
  try {
    return [kind, ...words.map((word) => JSON.parse(word) as unknown)];
  } catch {
    return undefined;
  }
}
