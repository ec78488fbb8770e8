/**
 * Whether a hit became slower: `npm run bench:guard`. Measures the quick scenarios of the suites `hit` and `lru`, and compares the ratios to the floor and to a cache written by hand,
 * taken in this same run, with those of `baseline.json`. Fails where a ratio is more than twice its baseline, and is again when it is measured once more, with more effort.
 * `--update-baseline` writes what it finds.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { installOnly } from './harness/install.mjs';
import { measure } from './harness/measure.mjs';
import { machineText, medianOf, table } from './harness/report.mjs';
import { suites } from './suites/index.mjs';

const { values: options } = parseArgs({ options: { 'update-baseline': { type: 'boolean', default: false } } });
const baselinePath = fileURLToPath(new URL('./baseline.json', import.meta.url));

/** Machines are noisy, and ratios of a few nanoseconds most of all. */
const LIMIT = 2;

const guarded = [
  { name: 'hit', byHand: 'lru-cache and a template', isQuick: (scenario) => !/Zipf|rest/.test(scenario) },
  { name: 'lru', byHand: 'lru-cache', isQuick: (scenario) => scenario.includes(' 1 k ') },
];

/** The ratios of one suite, by scenario, to the floor and to what is written by hand. */
async function ratiosOf({ name, byHand, isQuick }, only, effort) {
  const suite = suites.find((each) => each.name === name);
  const contenders = suite.contenders.filter((each) => each.role === 'floor' || each.name === 'scrubjay' || each.name === byHand);
  const scenarios = suite.scenarios.filter((scenario) => isQuick(scenario) && (only?.includes(scenario) ?? true));
  const results = await measure({ ...suite, contenders, scenarios, slow: [] }, { processor: true, ...effort });
  const ours = results.contenders.find((each) => each.name === 'scrubjay');
  if (ours.wrong.wrong.length > 0) throw new Error(`${name}: scrubjay answers wrongly: ${ours.wrong.wrong.join(', ')}`);
  const [floor, hand] = [results.contenders.find(({ role }) => role === 'floor'), results.contenders.find((each) => each.name === byHand)];
  return Object.fromEntries(
    scenarios.map((scenario) => {
      const ratioTo = (other) => Number((medianOf(ours, scenario) / medianOf(other, scenario)).toFixed(2));
      return [scenario, { floor: ratioTo(floor), 'by hand': ratioTo(hand) }];
    }),
  );
}

installOnly('lru-cache');
const found = {};
for (const suite of guarded) found[suite.name] = await ratiosOf(suite, undefined, { quick: true });

if (options['update-baseline']) {
  const content = { about: 'ratios of scrubjay, medians; npm run bench:guard -- --update-baseline', machine: machineText(), ratios: found };
  writeFileSync(baselinePath, `${JSON.stringify(content, undefined, 2)}\n`);
  console.log(`written to ${baselinePath}`);
} else {
  const { ratios: baseline } = JSON.parse(readFileSync(baselinePath, 'utf8'));
  const isBeyond = (suite, scenario, to) => found[suite][scenario][to] > LIMIT * (baseline[suite]?.[scenario]?.[to] ?? Number.POSITIVE_INFINITY);
  const beyond = (suite) => Object.keys(found[suite]).filter((scenario) => ['floor', 'by hand'].some((to) => isBeyond(suite, scenario, to)));
  for (const suite of guarded) {
    const suspects = beyond(suite.name);
    if (suspects.length === 0) continue;
    console.log(`${suite.name}: once more, with more effort: ${suspects.join(', ')}`);
    Object.assign(found[suite.name], await ratiosOf(suite, suspects, { quick: false }));
  }
  report(baseline, isBeyond);
  const slower = guarded.flatMap(({ name }) => beyond(name).map((scenario) => `${name}, ${scenario}`));
  if (slower.length > 0) {
    console.error(`more than ${LIMIT} times slower than before, against the others of this run: ${slower.join('; ')}`);
    process.exitCode = 1;
  }
}

function report(baseline, isBeyond) {
  const heads = ['', '× floor', 'baseline', '× by hand', 'baseline', ''];
  const rows = Object.entries(found).flatMap(([suite, scenarios]) =>
    Object.entries(scenarios).map(([scenario, ratios]) => {
      const cells = ['floor', 'by hand'].flatMap((to) => [ratios[to].toFixed(2), baseline[suite]?.[scenario]?.[to]?.toFixed(2) ?? 'none']);
      return [`${suite}, ${scenario}`, ...cells, ['floor', 'by hand'].some((to) => isBeyond(suite, scenario, to)) ? 'SLOWER' : ''];
    }),
  );
  console.log(`\n${machineText()}\n\n${table([heads, ...rows])}\n`);
}
