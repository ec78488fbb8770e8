/** The figures of a suite: medians and spreads, ratios to the floor, to the key made by hand and to the best peer; as a table, and as JSON. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { versionOf } from './install.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

export function report(suite, results) {
  const { scenarios, contenders } = results;
  const rows = contenders.map(({ name, wrong, cells, isAwaited }) => [
    name,
    `${wrongText(wrong)}${isAwaited ? ', awaited' : ''}`,
    ...scenarios.map((scenario) => cellText(cells[scenario])),
  ]);
  const ours = contenders.filter(({ role }) => role === 'ours');
  for (const { name, cells } of ours) {
    for (const [to, pick] of Object.entries(yardsticks)) {
      const ratios = scenarios.map((scenario) => ratioText(cells[scenario], pick(contenders, scenario), scenario));
      if (ratios.some((ratio) => ratio !== '–')) rows.push([`${name}: × ${to}`, '', ...ratios]);
    }
    if (suite.isOverhead) rows.push([`${name}: beyond the floor`, '', ...scenarios.map((scenario) => beyondFloor(contenders, cells, scenario))]);
    if (suite.relativeTo) rows.push([`${name}: × the smaller`, '', ...scenarios.map((scenario) => growth(cells, scenario, suite.relativeTo[scenario]))]);
  }
  const columns = [['', 'answers', ...scenarios], ...rows];
  // Many scenarios are read more easily below one another.
  const shown = scenarios.length > 10 ? columns[0].map((_, column) => columns.map((row) => row[column])) : columns;
  return `\n${suite.name}: ${suite.title}${results.effort.byProcessor ? ', of processor time' : ''}\n${machineText()}\n${packagesText(contenders)}\n\n${table(shown)}\n${LEGEND}\n${comparison(results)}`;
}

const beyondFloor = (contenders, cells, scenario) => whole(summary(cells[scenario].samples).median - medianOf(yardsticks.floor(contenders), scenario));

const growth = (cells, scenario, smaller) => (cells[smaller] === undefined ? '–' : ratioText(cells[scenario], { cells }, smaller));

/** How many times as long each other contender takes, on the geometric mean of all scenarios; and where the best peer is ahead by more than the spread. */
function comparison({ scenarios, contenders }) {
  const lines = [];
  for (const ours of contenders.filter(({ role }) => role === 'ours')) {
    for (const other of contenders.filter((each) => each !== ours)) {
      const logs = scenarios.map((scenario) => Math.log(medianOf(other, scenario) / medianOf(ours, scenario)));
      lines.push(
        `${other.name} takes ${Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length).toFixed(2)} times as long as ${ours.name}, on the geometric mean`,
      );
    }
    const toBest = scenarios.flatMap((scenario) => {
      const peer = best(contenders, scenario, () => true);
      return peer === undefined ? [] : [Math.log(medianOf(peer, scenario) / medianOf(ours, scenario))];
    });
    if (toBest.length > 0)
      lines.push(
        `the best peer of each scenario takes ${Math.exp(toBest.reduce((sum, log) => sum + log, 0) / toBest.length).toFixed(2)} times as long as ${ours.name}`,
      );
    const behind = scenarios.filter((scenario) => {
      const peer = best(contenders, scenario, () => true);
      return peer !== undefined && summary(ours.cells[scenario].samples).low > summary(peer.cells[scenario].samples).high;
    });
    if (contenders.every(({ role }) => role !== 'peer')) continue;
    lines.push(
      behind.length === 0
        ? `${ours.name} is behind the best peer nowhere`
        : `${ours.name} is BEHIND the best peer, beyond the spread, in: ${behind.join(', ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

const LEGEND =
  'median ±half of the middle half of the samples. wrong n/m: n of m pairs of calls were taken for the same, or for different, and are not. ' +
  '*: entries of this scenario are not found again, the figure is that of a miss. best peer: the fastest with no * and the fewest wrong answers. awaited: it answers with a promise whatever the method does.';

/** What is measured against what. */
const yardsticks = {
  floor: (contenders) => contenders.find(({ role }) => role === 'floor'),
  'by hand': (contenders) => contenders.find(({ role }) => role === 'by hand'),
  'best peer': (contenders, scenario) => best(contenders, scenario, () => true),
  'fastest peer': fastestPeer,
};

function best(contenders, scenario) {
  const peers = contenders.filter(({ role, cells }) => role === 'peer' && cells[scenario].mark === undefined);
  const fewest = Math.min(...peers.map(({ wrong }) => wrong.wrong.length));
  return fastest(
    peers.filter(({ wrong }) => wrong.wrong.length === fewest),
    scenario,
  );
}

function fastestPeer(contenders, scenario) {
  return fastest(
    contenders.filter(({ role, cells }) => role === 'peer' && cells[scenario].mark === undefined),
    scenario,
  );
}

const fastest = (contenders, scenario) =>
  contenders.reduce((one, other) => (one === undefined || medianOf(other, scenario) < medianOf(one, scenario) ? other : one), undefined);

export const medianOf = ({ cells }, scenario) => summary(cells[scenario].samples).median;

function summary(samples) {
  const sorted = samples.toSorted((one, other) => one - other);
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)];
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

function cellText({ samples, mark }) {
  const { median: middle, low, high } = summary(samples);
  return `${whole(middle)} ±${whole((high - low) / 2)}${mark === undefined ? '' : '*'}`;
}

const whole = (number) => Math.round(number).toLocaleString('en-US');

const ratioText = ({ samples }, other, scenario) => (other === undefined ? '–' : (summary(samples).median / medianOf(other, scenario)).toFixed(2));

const wrongText = ({ wrong, of }) => (of === 0 ? '–' : wrong.length === 0 ? `right ${of}/${of}` : `wrong ${wrong.length}/${of}`);

/** Rows of texts, the first column to the left. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column]))).join('  ')).join('\n');
}

export const machineText = () =>
  `Node ${process.versions.node}, ${type()} ${process.arch}, ${cpus().length} × ${cpus()[0].model}, ${whole(totalmem() / 2 ** 30)} GiB`;

const packagesOf = (contenders) => Object.fromEntries(contenders.flatMap(({ packages }) => packages.map((name) => [name, versionOf(name)])));

const packagesText = (contenders) =>
  Object.entries(packagesOf(contenders))
    .map((each) => each.join(' '))
    .join(', ');

/** Writes everything that was measured, and gives the path. */
export function save(suite, results) {
  const { scenarios, effort, contenders } = results;
  const measured = contenders.map(({ name, role, wrong, cells }) => ({
    name,
    role,
    wrong,
    scenarios: scenarios.map((scenario) => ({ scenario, mark: cells[scenario].mark, ...summary(cells[scenario].samples), samples: cells[scenario].samples })),
  }));
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const at = new Date().toISOString();
  const path = `bench/results/${suite.name}-${at.replace(/[:.]/g, '-')}.json`;
  mkdirSync(`${root}bench/results`, { recursive: true });
  const content = {
    suite: suite.name,
    unit: 'ns per operation',
    at,
    scrubjay: version,
    machine: machineText(),
    packages: packagesOf(contenders),
    effort,
    measured,
  };
  writeFileSync(`${root}${path}`, `${JSON.stringify(content, undefined, 2)}\n`);
  return path;
}

/** The figures of whole runs, and how many times the floor they are. */
export function reportRuns(suite, contenders) {
  const floor = contenders.find(({ role }) => role === 'floor');
  const samples = ({ rounds }, figure) => rounds.map((round) => round[figure]).filter((number) => number !== undefined);
  const rows = contenders.map((contender) => [
    contender.name,
    ...suite.figures.map((figure) => (samples(contender, figure).length === 0 ? '–' : rangeText(samples(contender, figure)))),
    ...suite.ratios.map((figure) =>
      floor === undefined || samples(contender, figure).length === 0
        ? '–'
        : (middleOf(samples(contender, figure)) / middleOf(samples(floor, figure))).toFixed(2),
    ),
  ]);
  const heads = ['', ...suite.figures, ...suite.ratios.map((figure) => `× floor, ${figure}`)];
  return `\n${suite.name}: ${suite.title}\n${machineText()}\n\n${table([heads, ...rows])}\nmedian (lowest to highest) of ${contenders[0].rounds.length} round${contenders[0].rounds.length === 1 ? '' : 's'}\n`;
}

export const middleOf = (samples) => summary(samples).median;

function rangeText(samples) {
  const text = (number) => (number < 10 ? number.toFixed(2) : whole(number));
  return `${text(middleOf(samples))} (${text(Math.min(...samples))} to ${text(Math.max(...samples))})`;
}
