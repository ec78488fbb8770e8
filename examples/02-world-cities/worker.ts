/**
 * The process that is killed: it opens the cache, makes calls, and says of each that it was answered, the moment it was.
 * `worker.js DIRECTORY run FROM TO [flush]`, or `worker.js DIRECTORY inspect`.
 */
import { writeSync } from 'node:fs';
import { cacheOf, registry } from 'scrubjay';
import { readCities } from './cities.js';
import { type Call, callsMade, everyCall, METHODS } from './load.js';
import { CALLS_IN_ALL, LOAD_SEED } from './plan.js';
import { CityService } from './service.js';

const [directory = '', task, from = '0', to = '0', last] = process.argv.slice(2);

/** Writes one line at once: what was said must have left the process when it is killed. */
function say(kind: string, ...words: readonly unknown[]): void {
  const bytes = Buffer.from(`${[kind, ...words.map((word) => JSON.stringify(word))].join('\t')}\n`);
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      // The pipe is full: the parent reads, and there is room again.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

registry.configure({ persist: { directory } });
const cities = readCities();
const service = new CityService(cities);
const startedAt = performance.now();
const reports = await registry.open();
say('opened', { tookMs: performance.now() - startedAt, entries: reports.reduce((sum, report) => sum + (report.recovery?.entries ?? 0), 0) });

const asked = everyCall(cities);
if (task === 'inspect') inspect();
else await run(callsMade(asked, CALLS_IN_ALL, LOAD_SEED), Number(from), Number(to));

async function run(calls: readonly Call[], first: number, end: number): Promise<void> {
  for (let number = first; number < end; number++) {
    const loadsBefore = service.loads;
    const answer = await make(calls[number] as Call, number);
    if (service.loads > loadsBefore) say('load', number, answer);
    else say('hit', number);
  }
  if (last === 'flush') {
    await registry.flush();
    say('flushed');
    // Waits to be killed.
    setInterval(() => {}, 1000);
    return;
  }
  say('stats', registry.stats());
  await registry.close();
}

async function make(call: Call, number: number): Promise<unknown> {
  if (call.method === 'nearest') return service.nearest(...call.args);
  if (call.method === 'search') {
    // Now and then several ask at once, and wait for one load.
    const askers = number % 10 === 0 ? 5 : 1;
    return (await Promise.all(Array.from({ length: askers }, () => service.search(...call.args))))[0];
  }
  const { lat, lng, radiusKm } = call.args[0];
  return service.within(number % 2 === 0 ? { lat, lng, radiusKm } : { radiusKm, lng, lat });
}

/** Says which entries are there, in their order, and what they hold. */
function inspect(): void {
  for (const method of METHODS) {
    const held = (asked.get(method) ?? []).flatMap((call) => {
      const handle = cacheOf(service, call.method);
      const args = call.args as Parameters<typeof handle.has>;
      return handle.has(...args) ? [[call.id, handle.peek(...args)]] : [];
    });
    say('entries', method, cacheOf(service, method).keys(), held);
  }
}
