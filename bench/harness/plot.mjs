/** Draws the figures of a suite as an SVG: a line for each scenario, a dot for each contender, nanoseconds on a scale that rises by factors. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machineText, medianOf } from './report.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const COLORS = ['#2f6fde', '#d1603d', '#1b7f79', '#7a4fa3', '#b58900', '#c2417c', '#4d7c0f', '#0891b2', '#8a5a2b', '#e11d48', '#64748b'];
const [LEFT, RIGHT, TOP, WIDTH, ROW] = [150, 24, 50, 620, 24];
const LEGEND_COLUMNS = 3;

/** Writes `docs/<name>.svg`, and gives its path. `plot` of a suite says which scenarios and contenders are shown. */
export function draw(suite, { scenarios, contenders, effort }) {
  const { name, isShown = () => true, hides = [] } = suite.plot;
  const rows = scenarios.filter(isShown);
  const shown = contenders.filter((contender) => !hides.includes(contender.name));
  const all = rows.flatMap((scenario) => shown.map((contender) => medianOf(contender, scenario)));
  const [least, most] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = (nanoseconds) => LEFT + ((Math.log10(nanoseconds) - least) / (most - least)) * WIDTH;
  const y = (row) => TOP + ROW * (row + 0.5);
  const bottom = TOP + ROW * rows.length;

  const scale = Array.from({ length: most - least + 1 }, (_, step) => 10 ** (least + step)).map(
    (nanoseconds) =>
      `<path d="M${x(nanoseconds)} ${TOP}V${bottom}" stroke="#ddd"/><text x="${x(nanoseconds)}" y="${bottom + 14}" text-anchor="middle">${timeText(nanoseconds)}</text>`,
  );
  const lines = rows.map(
    (scenario, row) =>
      `<path d="M${LEFT} ${y(row)}H${LEFT + WIDTH}" stroke="#eee"/><text x="${LEFT - 8}" y="${y(row) + 4}" text-anchor="end">${escaped(scenario)}</text>`,
  );
  const looks = looksOf(shown);
  // Ours on top.
  const dots = shown
    .toSorted((one, other) => (one.role === 'ours' ? 1 : 0) - (other.role === 'ours' ? 1 : 0))
    .flatMap((contender) => rows.map((scenario, row) => dot(looks.get(contender), x(medianOf(contender, scenario)), y(row), contender.cells[scenario].mark)));
  const legend = shown.map((contender, place) => {
    const [left, top] = [LEFT + (place % LEGEND_COLUMNS) * (WIDTH / LEGEND_COLUMNS), bottom + 40 + Math.floor(place / LEGEND_COLUMNS) * 18];
    return `${dot(looks.get(contender), left, top)}<text x="${left + 10}" y="${top + 4}">${escaped(contender.name)}${wrongText(contender)}</text>`;
  });
  const height = bottom + 40 + Math.ceil(shown.length / LEGEND_COLUMNS) * 18 + 8;
  const title = `<text x="${LEFT}" y="20" font-size="14" font-weight="bold">${escaped(suite.title)}${effort.byProcessor ? ', of processor time' : ''}</text>`;
  const machine = `<text x="${LEFT}" y="37" fill="#666">${escaped(machineText())}; hollow: not found again, the figure of a miss</text>`;
  const size = `${LEFT + WIDTH + RIGHT} ${height}`;
  const path = `docs/${name}.svg`;
  const content = [title, machine, ...scale, ...lines, ...dots, ...legend].join('');
  writeFileSync(
    `${root}${path}`,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>${content}</svg>\n`,
  );
  return path;
}

/** Ours is large and red, the floor grey, what is written by hand black. */
function looksOf(contenders) {
  let next = 0;
  const lookOf = ({ role }) => {
    if (role === 'ours') return { color: next++ === 0 ? '#d40000' : '#f28c8c', radius: 6.5 };
    if (role === 'floor') return { color: '#aaaaaa', radius: 5 };
    return role === 'by hand' ? { color: '#000000', radius: 5 } : undefined;
  };
  const looks = new Map(contenders.map((contender) => [contender, lookOf(contender)]));
  let color = 0;
  for (const contender of contenders) if (looks.get(contender) === undefined) looks.set(contender, { color: COLORS[color++ % COLORS.length], radius: 4 });
  return looks;
}

const dot = ({ color, radius }, x, y, mark) =>
  `<circle cx="${x.toFixed(1)}" cy="${y}" r="${radius}" fill="${mark === undefined ? color : '#fff'}" stroke="${color}" fill-opacity="0.85"/>`;

const wrongText = ({ wrong }) => (wrong.of > 0 && wrong.wrong.length > 0 ? ` (wrong ${wrong.wrong.length}/${wrong.of})` : '');

const timeText = (nanoseconds) => (nanoseconds < 1000 ? `${nanoseconds} ns` : nanoseconds < 1e6 ? `${nanoseconds / 1000} µs` : `${nanoseconds / 1e6} ms`);

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
