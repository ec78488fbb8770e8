/**
 * Measures scrubjay against others: `npm run bench -- --quick --suite keys --scenario "one string"`.
 * Prints a table for each suite, and leaves the figures in `bench/results`.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { install } from './harness/install.mjs';
import { measure } from './harness/measure.mjs';
import { draw } from './harness/plot.mjs';
import { lookAtCalls, lookAtRuns, reached } from './harness/reach.mjs';
import { report, reportRuns, save } from './harness/report.mjs';
import { measureRuns } from './harness/runs.mjs';
import { suites } from './suites/index.mjs';

const { values: options } = parseArgs({
  options: {
    /** Fewer and shorter samples, within a minute for a suite. */
    quick: { type: 'boolean', default: false },
    /** Only suites of this name, or of this first part of it: `persist` is `persist-put` and all others of that kind. */
    suite: { type: 'string', multiple: true },
    /** Only scenarios, or contenders, whose names contain this. */
    scenario: { type: 'string', multiple: true },
    contender: { type: 'string', multiple: true },
    /** Another build of scrubjay, its `dist` folder, that runs beside this one: what did a change do? */
    against: { type: 'string' },
    /** Draws the suites `hit`, `lru` and `persist-always` for the documentation: docs/bench-*.svg. */
    plot: { type: 'boolean', default: false },
    /** Counts the time that the processor worked for a contender, in all its threads, instead of the time that went by: for a machine that others use, too. Not for disks. */
    processor: { type: 'boolean', default: false },
  },
});

install();
const chosen = suites.filter(({ name }) => options.suite?.some((wanted) => name === wanted || name.startsWith(`${wanted}-`)) ?? true);
if (chosen.length === 0) throw new Error(`no such suite; there is: ${suites.map(({ name }) => name).join(', ')}`);
const against = options.against && resolve(options.against);
for (const suite of chosen) {
  if (suite.figures === undefined) {
    const results = await measure(suite, { ...options, against });
    console.log(report(suite, results), reached(suite, lookAtCalls(results)));
    console.log(`written to ${save(suite, results)}\n`);
    if (options.plot && suite.plot) console.log(`drawn to ${draw(suite, results)}\n`);
  } else {
    const contenders = await measureRuns(suite, options);
    console.log(reportRuns(suite, contenders), reached(suite, lookAtRuns(contenders)));
  }
}
