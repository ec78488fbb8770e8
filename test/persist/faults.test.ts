/** A disk that fails at every call in turn. */
import { readFileSync } from 'node:fs';
import type { Durability, JournalState } from '../../src/persist/journal-options';
import { logFiles, temporaryDirectory } from '../support/directories';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough } from '../support/thorough';
import { type Contents, DiskCache, recovered } from './disk-cache';
import { type Fault, type FaultySystem, faultySystem } from './faulty-file-system';

/** Of so many calls one fails; which one is another with each fault and durability. */
const STRIDE = isThorough ? 1 : 3;

const time = manualClockForEachTest();

/** A directory in which a session was killed. */
function beforeTheFault(): string {
  const directory = `${temporaryDirectory()}/new/Users.find`;
  new DiskCache({ directory, capacity: 3 }).put('a').put('b').die();
  return directory;
}

interface Played {
  readonly cache: DiskCache;
  /** The contents before the first deed and after each one. */
  readonly states: readonly Contents[];
  /** Deeds that were acknowledged while memory and disk were in step. */
  readonly acknowledged: number;
  /** Calls it took to open the cache. */
  readonly opened: number;
}

/** Opens a cache and does one thing after the other, as a service would; nothing but a deletion may throw. */
async function play(directory: string, { files, calls }: FaultySystem, durability: Durability): Promise<Played> {
  const cache = new DiskCache({ directory, files, durability, capacity: 3 });
  const opened = calls.length;
  const state = (): JournalState => cache.journal.state;
  const states: Contents[] = [cache.contents()];
  let acknowledged = 0;
  const deletion = async (work: () => unknown): Promise<void> => {
    let refused: unknown;
    try {
      work();
      await cache.journal.whenDurableOrThrow();
    } catch (error) {
      refused = error;
    }
    expect(refused).toEqual(state() === 'open' ? undefined : expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
  };
  const deeds: (() => unknown)[] = [
    () => cache.put('c'),
    () => cache.put('d'),
    () => void cache.use('c'),
    () => time.clock.advance(1000),
    () => deletion(() => cache.delete('b')),
    () => cache.put('c', { changed: true }),
    () => cache.journal.flush(),
    () => deletion(() => cache.clear()),
    () => cache.put('e'),
    () => void cache.put('f').use('e'),
    () => cache.journal.makeDurable(),
    () => cache.put('g', new Date(7)),
  ];
  for (const deed of deeds) {
    await deed();
    await cache.journal.whenDurable();
    states.push(cache.contents());
    if (state() === 'open') acknowledged = states.length - 1;
  }
  await cache.journal.close();
  expect(state()).toBe('closed');
  return { cache, states, acknowledged, opened };
}

const sorted = (contents: Contents): Contents => [...contents].sort(([one], [other]) => (one < other ? -1 : 1));

describe.each<Durability>(['always', 'interval', 'os'])('durability %s', (durability) => {
  test('without a fault all is written, and nothing is reported', async () => {
    const directory = beforeTheFault();
    const { cache, states, acknowledged } = await play(directory, faultySystem(), durability);
    expect([cache.reports, acknowledged]).toEqual([[], states.length - 1]);
    expect(recovered(directory)).toMatchObject({ contents: states.at(-1), report: { outcome: 'clean' } });
  });

  test.each<Fault>(['EIO', 'ENOSPC', 'short', 'unsaid'])(
    '%s at any call: every call is answered, the fault is reported once, nothing acknowledged before it is lost',
    async (fault) => {
      const whole = faultySystem();
      const { opened } = await play(beforeTheFault(), whole, durability);
      const opening = Array.from({ length: opened }, (_, call) => call + 1);
      for (let failAt = 1 + ((fault.length + durability.length) % STRIDE); failAt <= whole.calls.length; failAt += STRIDE) {
        const call = whole.calls[failAt - 1];
        if (call !== 'writeSync' && (fault === 'short' || fault === 'unsaid')) continue;
        const where = `${fault} at call ${failAt}, ${call}`;
        const directory = beforeTheFault();
        const first = readFileSync(logFiles(directory)[0] as string);
        const system = faultySystem(failAt, fault);
        const { cache, states, acknowledged } = await play(directory, system, durability);
        const isHarmless = fault === 'unsaid';
        expect([where, cache.reports.map((error) => error.code)]).toEqual([where, isHarmless ? [] : ['SCRUBJAY_DISK_FAILED']]);
        // Invariant: after a failed write or sync nothing more is written to that file.
        if (call === 'writeSync' || call?.startsWith('fdatasync'))
          expect([where, system.afterwards.filter((later) => /write|sync/.test(later))]).toEqual([where, []]);
        const found = recovered(directory);
        // A disk that has come back holds everything in the end.
        const isHealed = found.report.outcome === 'clean';
        if (isHealed) expect([where, found.contents]).toEqual([where, states.at(-1)]);
        else if (fault !== 'short' && !opening.includes(failAt)) expect([where, found.contents]).toEqual([where, states.at(-1)]);
        // Else the deed under way may have reached the disk; order may lack the uses after the last record.
        const possible = isHealed ? states.slice(-1) : states.slice(acknowledged, acknowledged + 2);
        if (acknowledged === 0)
          possible.push([
            ['a', 'a!'],
            ['b', 'b!'],
          ]);
        expect([where, possible.map(sorted)]).toEqual([where, expect.arrayContaining([sorted(found.contents)])]);
        expect(readFileSync(logFiles(directory)[0] as string)).toEqual(first);
        // And the session after that works as if nothing had happened.
        const next = new DiskCache({ directory, capacity: 3 }).put('after');
        expect([where, next.journal.state, next.contents().at(-1)]).toEqual([where, 'open', ['after', 'after!']]);
        next.journal.closeNow();
        expect([where, recovered(directory).contents]).toEqual([where, next.contents()]);
      }
    },
  );
});
