/**
 * Runs whole programs instead of calls: each contender does its work once in a fresh process and gives its figures; all in turn, round after round.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './install.mjs';

const program = fileURLToPath(new URL('./run-process.mjs', import.meta.url));
const ROUNDS = 3;
const QUICK_ROUNDS = 1;

/** Gives the figures of every round of each contender. What `suite.setUp` names is run first, each in a process, in a directory that all of them share. */
export async function measureRuns(suite, { quick, contender, processor = false }) {
  const directory = mkdtempSync(join(tmpdir(), 'scrubjay-bench-'));
  const rounds = quick ? (suite.quickRounds ?? QUICK_ROUNDS) : (suite.rounds ?? ROUNDS);
  const racers = suite.contenders
    .filter(({ name, packages = [] }) => (contender?.some((part) => name.includes(part)) ?? true) && packages.every(isInstalled))
    .map((each) => ({ ...each, rounds: [] }));
  try {
    for (const name of suite.setUp ?? []) await run(suite, { name, directory, quick });
    for (let round = 0; round < rounds; round++) {
      for (const each of racers) each.rounds.push(await run(suite, { name: each.name, directory, quick, processor }));
      racers.push(racers.shift());
      process.stderr.write(`${suite.name}: round ${round + 1}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return suite.contenders.flatMap(({ name }) => racers.filter((each) => each.name === name));
}

function run({ module, name: suite }, question) {
  const child = fork(program, [module, JSON.stringify({ ...question, suite })], { execArgv: ['--no-warnings', '--max-old-space-size=6000'] });
  return new Promise((resolve, reject) => {
    child.on('message', resolve);
    child.on('exit', (code) => reject(new Error(`${question.name} ended with ${code}`)));
  });
}
