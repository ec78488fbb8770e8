/**
 * The table of statistics per method.
 */
import type { MethodStats } from 'scrubjay';

const columns: readonly (readonly [title: string, cell: (stats: MethodStats) => string])[] = [
  ['calls', ({ hits, misses, joined }) => count(hits + misses + joined)],
  ['hits', ({ hits }) => count(hits)],
  ['misses', ({ misses }) => count(misses)],
  ['joined', ({ joined }) => count(joined)],
  ['hit rate', ({ hits, misses, joined }) => `${((100 * hits) / Math.max(1, hits + misses + joined)).toFixed(1)} %`],
  ['loads', ({ loads }) => count(loads)],
  ['mean load', ({ loads, loadTimeMs }) => (loads === 0 ? '-' : `${(loadTimeMs / loads).toFixed(2)} ms`)],
  ['evictions', ({ evictions }) => count(evictions)],
  ['entries', ({ size, capacity }) => `${count(size)} of ${count(capacity)}`],
  ['log written', ({ persistence }) => `${((persistence?.bytesWritten ?? 0) / 1024).toFixed(0)} KiB`],
  ['time saved', ({ timeSavedMs }) => seconds(timeSavedMs)],
];

/** A number with thousands apart. */
export const count = (value: number): string => value.toLocaleString('en-US');

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The statistics of several methods, a line each. */
export function statsTable(stats: Readonly<Record<string, MethodStats>>): string {
  const rows = [
    ['method', ...columns.map(([title]) => title)],
    ...Object.entries(stats).map(([name, each]) => [name, ...columns.map(([, cell]) => cell(each))]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length))) ?? [];
  return rows
    .map((row) => `  ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number))).join('  ')}`)
    .join('\n');
}
