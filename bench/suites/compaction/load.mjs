/** A load of puts, some in each turn of the event loop, with a look at each turn and at the directory. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { cachedUsers, keyOf, userOf } from '../persist/cached-users.mjs';
import { randomNumbers } from '../random.mjs';

const PUTS_A_TURN = 20;
/** Turns between two looks at the directory. */
const LOOK_EVERY = 200;
/** What a directory may take beside its live data: logs are not compacted before they are 1 MiB. */
const ALLOWANCE = 4 * 2 ** 20;

export async function run({ name, directory, quick }, library) {
  const entries = quick ? 100_000 : 1_000_000;
  const [driver] = name.split(',');
  const place = join(directory, `${name} ${process.pid}`);
  const code = name.endsWith('never compacted') ? await neverCompacting(library) : new URL('esm/index.js', library);
  const { handle, registry } = await cachedUsers(code, driver === 'memory only' ? undefined : { driver, durability: 'interval' }, place);
  const collections = watchCollections();
  const turns = new Turns();
  const room = new Room(place, handle);
  const random = randomNumbers(1);
  let puts = 0;
  const load = async (count, keyAt) => {
    for (let done = 0; done < count; done += PUTS_A_TURN) {
      for (let put = done; put < done + PUTS_A_TURN; put++) void handle.set([keyAt(put)], userOf(keyOf(puts++)));
      if ((done / PUTS_A_TURN) % LOOK_EVERY === 0) {
        room.look();
        turns.begin();
      }
      await new Promise(setImmediate);
      turns.end();
    }
  };
  const begin = performance.now();
  turns.begin();
  await load(entries, keyOf);
  await load(entries, () => keyOf(Math.floor(random() * entries)));
  const elapsed = performance.now() - begin;
  room.look();
  await new Promise((resolve) => setTimeout(resolve, 50));
  const figures = {
    'longest stall, ms': turns.longest(),
    replacing: turns.longest(entries / PUTS_A_TURN),
    'longest GC': collections.longest(),
    'stalls > 20 ms': turns.countAbove(20),
    '99.9 %': turns.quantile(0.999),
    'ms per 1,000 puts': (elapsed * 1000) / puts,
    ...(driver !== 'memory only' && { compactions: room.compactions, 'bytes ÷ live': room.worst }),
  };
  await registry.close();
  return figures;
}

/** The same log without the work that is measured: the sources by themselves, so that one of them can be changed. */
async function neverCompacting(library) {
  const modules = new URL('../build/modules/', library);
  const { Compactor } = await import(new URL('persist/compactor.js', modules));
  Object.defineProperty(Compactor.prototype, 'isDue', { get: () => false });
  return new URL('index.js', modules);
}

/** How long each turn of the event loop took. */
class Turns {
  #times = [];
  #before = 0;

  begin() {
    this.#before = performance.now();
  }

  end() {
    const at = performance.now();
    this.#times.push(at - this.#before);
    this.#before = at;
  }

  longest(from = 0) {
    let longest = 0;
    for (let turn = Math.floor(from); turn < this.#times.length; turn++) longest = Math.max(longest, this.#times[turn]);
    return longest;
  }

  countAbove(milliseconds) {
    return this.#times.filter((time) => time > milliseconds).length;
  }

  quantile(share) {
    return this.#times.toSorted((one, other) => one - other)[Math.floor(this.#times.length * share)];
  }
}

/** How long the longest garbage collection stopped everything. */
function watchCollections() {
  let longest = 0;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  }).observe({ entryTypes: ['gc'] });
  return { longest: () => longest };
}

/** What the directory takes, against what is alive in it. */
class Room {
  worst = 0;
  compactions = 0;
  #newest = '';
  #directory;
  #handle;

  constructor(directory, handle) {
    this.#directory = directory;
    this.#handle = handle;
  }

  look() {
    const { persistence, size } = this.#handle.stats();
    if (persistence === undefined || !existsSync(this.#directory)) return;
    let bytes = 0;
    for (const file of readdirSync(this.#directory, { recursive: true })) {
      if (/snap/.test(file) && file > this.#newest) {
        this.#newest = file;
        this.compactions++;
      }
      bytes += statSync(join(this.#directory, file), { throwIfNoEntry: false })?.size ?? 0;
    }
    const { recordsWritten, bytesWritten } = persistence;
    if (recordsWritten > 0) this.worst = Math.max(this.worst, (bytes - ALLOWANCE) / ((size * bytesWritten) / recordsWritten));
  }
}
