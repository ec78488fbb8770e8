/**
 * The hit-ratio table of docs/eviction.md, to standard output, and its plot, docs/hit-ratios.svg: `npm run build && node scripts/policy-report.mjs`.
 * Needs the traces that scripts/check-policies.mjs needs.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { policies } from '../dist/esm/index.js';
import { hitsOf } from './policy-adapter.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const traces = resolve(process.env.SCRUBJAY_TRACES ?? join(root, '../shared/traces'));
const { readTrace } = await import(pathToFileURL(join(traces, 'read-trace.mjs')).href);

const SHOWN = ['lru', 'fifo', 'clock', 'sieve', 's3-fifo', 'arc', 'w-tinylfu', 'lfu', 'random'];
const PLOTTED = { lru: '#222222', sieve: '#d1603d', 's3-fifo': '#1b7f79', arc: '#7a4fa3', 'w-tinylfu': '#2f6fde', lfu: '#b58900' };
const SHARES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];

const open = [
  ['orm-busy', 'entities of a shop, 2016'],
  ['scarab-recs', 'product recommendations'],
  ['arc-oltp', 'pages of a database'],
  ['web07', 'product pages, 2013'],
  ['nasa-day', 'web server, 1995'],
  ['lirs-2pools', 'two pools (made)'],
  ['lirs-loop', 'a loop (made)'],
];

const found = [];
for (const [trace, what] of open) {
  const { keys, unique } = readTrace(join(traces, 'open', `${trace}.trace.gz`));
  const capacities = SHARES.map((share) => Math.max(20, Math.round(share * unique))).filter((capacity, index, all) => capacity !== all[index - 1]);
  for (const capacity of capacities) {
    const ratios = Object.fromEntries(SHOWN.map((name) => [name, hitsOf(policies[name], capacity, keys) / keys.length]));
    found.push({ trace, what, capacity, unique, ratios });
  }
}

console.log(`| trace | entries | ${SHOWN.join(' | ')} |\n| --- | --: | ${SHOWN.map(() => '--:').join(' | ')} |`);
for (const { trace, capacity, ratios } of found) {
  const best = Math.max(...Object.values(ratios));
  const cells = SHOWN.map((name) => (ratios[name] === best ? `**${(100 * ratios[name]).toFixed(1)}**` : (100 * ratios[name]).toFixed(1)));
  console.log(`| ${trace} | ${capacity.toLocaleString('en-US')} | ${cells.join(' | ')} |`);
}

writeFileSync(join(root, 'docs/hit-ratios.svg'), plot());

/** One small picture for each trace: hit ratio over capacity, which rises by factors. */
function plot() {
  const [width, height, columns, gap] = [250, 150, 3, 46];
  const pictures = open.map(([trace, what], index) => {
    const rows = found.filter((row) => row.trace === trace);
    const [least, most] = [rows[0].capacity, rows.at(-1).capacity].map(Math.log);
    const x = (capacity) => ((Math.log(capacity) - least) / (most - least || 1)) * width;
    const y = (ratio) => height - ratio * height;
    const lines = Object.entries(PLOTTED).map(([name, color]) => {
      const points = rows.map(({ capacity, ratios }) => `${x(capacity).toFixed(1)},${y(ratios[name]).toFixed(1)}`).join(' ');
      return `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="1.6"/>`;
    });
    const grid = [0, 0.25, 0.5, 0.75, 1].map(
      (ratio) => `<path d="M0 ${y(ratio)}H${width}" stroke="#ddd"/><text x="-4" y="${y(ratio) + 3}" text-anchor="end">${ratio * 100}</text>`,
    );
    const ends = [rows[0], rows.at(-1)].map(
      ({ capacity }, end) => `<text x="${end * width}" y="${height + 12}" text-anchor="${end ? 'end' : 'start'}">${capacity.toLocaleString('en-US')}</text>`,
    );
    const [left, top] = [(index % columns) * (width + gap) + gap, Math.floor(index / columns) * (height + gap) + gap / 1.5];
    return `<g transform="translate(${left} ${top})">${grid.join('')}${lines.join('')}${ends.join('')}<text x="0" y="-6" font-weight="bold">${trace}</text><text x="${width}" y="-6" text-anchor="end">${what}</text></g>`;
  });
  const [left, top] = [(open.length % columns) * (width + gap) + gap, Math.floor(open.length / columns) * (height + gap) + gap];
  const legend = Object.entries(PLOTTED).map(
    ([name, color], row) =>
      `<path d="M${left} ${top + row * 18}h24" stroke="${color}" stroke-width="3"/><text x="${left + 32}" y="${top + row * 18 + 4}" font-size="12">${name}</text>`,
  );
  const note = `<text x="${left}" y="${top + 126}">hit ratio, %, over entries (log scale)</text>`;
  const size = [columns * (width + gap) + gap, Math.ceil(open.length / columns) * (height + gap) + gap];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.join(' ')}" font-family="sans-serif" font-size="10"><rect width="100%" height="100%" fill="#fff"/>${pictures.join('')}${legend.join('')}${note}</svg>\n`;
}
