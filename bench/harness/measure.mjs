/**
 * Runs every contender of a suite in fresh processes, and takes their samples in turn: what slows the machine down slows all of them.
 * Nobody but the contender that is asked runs at that time.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isInstalled } from './install.mjs';

const program = fileURLToPath(new URL('./contender-process.mjs', import.meta.url));

/** How long to measure, for each contender in each scenario: so many processes one after the other, so many samples in each. */
const EFFORT = { full: { processes: 3, samples: 9, sampleMs: 25, warmUpMs: 400 }, quick: { processes: 1, samples: 5, sampleMs: 10, warmUpMs: 100 } };

const includes = (wanted, name) => wanted === undefined || wanted.some((part) => name.includes(part));

/** Gives the samples of each scenario and contender, and what each contender got wrong. */
export async function measure(suite, { quick, scenario, contender, against, processor = false }) {
  const effort = { ...(quick ? EFFORT.quick : EFFORT.full), ...suite.effort, ...(quick ? suite.quickEffort : {}), byProcessor: processor && !suite.usesDisk };
  const others = suite.contenders.filter(({ role }) => against && role === 'ours').map((ours) => ({ ...ours, name: `${ours.name}, before`, against }));
  const wanted = [...suite.contenders, ...others].filter(({ name, role }) => role === 'floor' || includes(contender, name));
  const contenders = wanted.filter(({ packages }) => packages.every(isInstalled));
  for (const absent of wanted.filter((each) => !contenders.includes(each))) console.log(`${absent.name} is absent: its package could not be installed`);
  const left = quick && scenario === undefined ? (suite.slow ?? []) : [];
  const scenarios = suite.scenarios.filter((name) => includes(scenario, name) && !left.includes(name));
  const results = { scenarios, effort, contenders: contenders.map((each) => ({ ...each, wrong: undefined, cells: {} })) };
  await inTurns(results.contenders, async (each) => {
    const subject = start(suite, each);
    each.wrong = await subject.ask({ deed: 'check' });
    subject.end();
  });
  for (const name of scenarios) {
    for (let generation = 0; generation < effort.processes; generation++) await measureScenario(suite, name, results.contenders, effort);
    process.stderr.write(`${suite.name}: ${name} is measured\n`);
  }
  return results;
}

async function measureScenario(suite, scenario, contenders, { samples, sampleMs, warmUpMs, byProcessor }) {
  const racers = contenders.map((contender) => ({ contender, subject: start(suite, contender) }));
  // Two at a time while nothing is measured yet.
  await inTurns(racers, async ({ contender, subject }) => {
    const mark = await subject.ask({ deed: 'prepare', scenario, warmUpMs, sampleMs, byProcessor });
    contender.cells[scenario] ??= { mark, samples: [] };
  });
  for (let round = 0; round < samples; round++) {
    for (const { contender, subject } of racers) contender.cells[scenario].samples.push(await subject.ask({ deed: 'sample' }));
    // Nobody always follows the same neighbour.
    racers.push(...racers.splice(0, 1 + (round % 3)));
  }
  for (const { subject } of racers) subject.end();
}

function start(suite, { name, against }) {
  const child = fork(program, [suite.module, name.replace(/, before$/, ''), against ?? ''], { execArgv: ['--expose-gc', '--no-warnings'] });
  let settle;
  child.on('message', (answer) => settle(answer));
  child.on('exit', (code) => settle?.({ error: `ended with ${code}` }));
  return {
    async ask(question) {
      const answer = await new Promise((resolve) => {
        settle = resolve;
        child.send(question);
      });
      if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
      return answer.value;
    },
    end: () => child.disconnect(),
  };
}

async function inTurns(list, work) {
  const rest = [...list];
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
}
