/**
 * Every eviction policy against hit counts of independent implementations, on real request traces: `npm run check:policies`.
 * The traces are not part of the project: they are looked for in SCRUBJAY_TRACES, else in ../shared/traces. Without them nothing is checked, and that is said.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const traces = resolve(process.env.SCRUBJAY_TRACES ?? join(root, '../shared/traces'));

if (!existsSync(join(traces, 'check-policy.mjs'))) {
  console.warn(`\n*** NOT CHECKED: there are no traces in ${traces}. Set SCRUBJAY_TRACES to the folder that has them. ***\n`);
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), 'policies-'));
const rowsFile = join(folder, 'rows.json');
const { status } = spawnSync(
  process.execPath,
  [join(traces, 'check-policy.mjs'), join(root, 'scripts/policy-adapter.mjs'), '--quiet', '--json', rowsFile, ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
const { rows } = JSON.parse(readFileSync(rowsFile, 'utf8'));
rmSync(folder, { recursive: true });

const known = new Set(['FIFO', 'LRU', 'LFU', 'RANDOM', 'TTL', 'CLOCK', 'SIEVE', 'S3FIFO', 'ARC', 'WTINYLFU']);
const missing = [...known].filter((name) => !rows.some(({ policy }) => policy === name));
const adaptive = rows.filter(({ policy }) => policy === 'WTINYLFU');
const lead = adaptive.reduce((sum, { deltaPP }) => sum + deltaPP, 0) / adaptive.length;
console.log(`w-tinylfu: mean hit ratio ${lead >= 0 ? '+' : ''}${lead.toFixed(2)} percentage points beside Caffeine's, ${adaptive.length} rows`);
const isChosen = process.argv.some((argument) => argument.startsWith('--'));
if (!isChosen && missing.length > 0) console.error(`no rows for ${missing.join(', ')}`);
process.exit(status !== 0 || lead < 0 || (!isChosen && missing.length > 0) ? 1 : 0);
