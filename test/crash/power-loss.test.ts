/** The power is cut at any moment, and what is left is any state that POSIX allows. */
import { isDeepStrictEqual } from 'node:util';
import type { Durability } from '../../src/persist/journal-options';
import { type Contents, DiskCache, recovered } from '../persist/disk-cache';
import { manualClockForEachTest } from '../support/manual-clock';
import { numRuns } from '../support/thorough';
import { randomNumbers } from './deeds';
import { type Image, RecordedDisk } from './recorded-disk';
import { SEED } from './seed';
import { CAPACITY, DIRECTORY, turn, WatchedSession } from './watched-session';

const time = manualClockForEachTest();

const HISTORIES = numRuns(12).numRuns;
const SESSIONS = 5;

/** A power cut, and what a restart may find after it. */
interface Cut {
  readonly where: string;
  readonly image: Image;
  readonly possible: () => readonly Contents[];
}

/** The disk before a session. */
interface Begin {
  readonly disk: RecordedDisk;
  /** What the session may find, and a restart after a power cut while it is opened. */
  readonly possible: readonly Contents[];
  readonly possibleAfterCut: readonly Contents[];
  readonly version: number;
}

const show = (contents: Contents): string => contents.map(([key, value]) => `${key}=${(value as { version?: number }).version}`).join(' ') || 'nothing';

function expectOneOf(possible: readonly Contents[], found: Contents, where: string): void {
  if (possible.some((state) => isDeepStrictEqual(state, found))) return;
  throw new Error(`${where}: found\n  ${show(found)}\nwanted one of\n  ${[...new Set(possible.map(show))].join('\n  ')}`);
}

/** Opens what a power cut has left. It must be one of the possible states, must survive another power cut, and be a cache that can be written. */
function check({ where, image, possible }: Cut, durability: Durability, roll: () => number): void {
  const disk = new RecordedDisk(image);
  const cache = new DiskCache({ directory: DIRECTORY, capacity: CAPACITY, durability, leastLogBytes: 600, files: disk.files });
  const found = cache.contents();
  expect([where, cache.journal.state, cache.reports]).toEqual([where, 'open', []]);
  expectOneOf(possible(), found, where);
  expect([where, recovered(DIRECTORY, new RecordedDisk(disk.powerCut(roll)).files).contents]).toEqual([where, found]);
  cache.put('new');
  cache.journal.closeNow();
  expect([where, recovered(DIRECTORY, new RecordedDisk(disk.powerCut(roll)).files).contents]).toEqual([where, cache.contents()]);
  cache.die();
}

/** Plays one session, ends it, and checks some of the power cuts that might have come on the way. Gives the disk for the next one. */
async function play(begin: Begin, durability: Durability, roll: () => number, name: string): Promise<Begin & { readonly cuts: number }> {
  const { disk } = begin;
  const cuts: Cut[] = [];
  let session: WatchedSession | undefined;
  let calls = 0;
  const cut = (what: string, possible = session?.possible('power') ?? ((): readonly Contents[] => begin.possibleAfterCut)): void => {
    const where = `SCRUBJAY_SEED=${SEED}, ${durability}, ${name}, ${what}`;
    cuts.push({ where, image: disk.powerCut(roll), possible });
  };
  disk.onCall = (call, path) => {
    calls++;
    if (roll() < 0.25) cut(`power cut before call ${calls}, ${call} ${path}`);
    return undefined;
  };
  const leastLogBytes = roll() < 0.7 ? 600 + Math.floor(roll() * 2000) : undefined;
  session = new WatchedSession({ disk, clock: time.clock, roll, durability, leastLogBytes, firstVersion: begin.version });
  const { states } = session;
  expectOneOf(begin.possible, states[0] as Contents, `${name} opens`);
  expect([name, session.state]).toEqual([name, 'open']);
  cut('power cut after opening');
  for (let deeds = Math.floor(roll() * 60); deeds > 0; deeds--) {
    await session.deed();
    if (roll() < 0.1) cut(`power cut after ${states.length - 1} deeds`);
  }
  const end = roll();
  if (end < 0.3) {
    await session.close();
    session.keepsAll();
    for (let count = 0; count < 3; count++) cut('power cut after closing');
  }
  const [process, power] = [session.possible('process')(), session.possible('power')()];
  const next = end < 0.7 ? { disk, possible: process } : { disk: new RecordedDisk(disk.powerCut(roll)), possible: power };
  session.cache.die();
  disk.loseProcess();
  disk.onCall = () => undefined;
  expect([name, session.cache.reports, session.failures]).toEqual([name, [], []]);
  await turn();
  for (const each of cuts) check(each, durability, roll);
  return { ...next, possibleAfterCut: power, version: session.version, cuts: cuts.length };
}

test.each<Durability>(['always', 'interval', 'os'])(
  'durability %s: after a power cut at any moment a restart finds what was there after some deed, and not before the last one that was to survive',
  async (durability) => {
    let cuts = 0;
    for (let history = 0; history < HISTORIES; history++) {
      const roll = randomNumbers(SEED * 1000 + history);
      let begin: Begin = { disk: new RecordedDisk(), possible: [[]], possibleAfterCut: [[]], version: 1 };
      for (let session = 0; session < SESSIONS; session++) {
        const played = await play(begin, durability, roll, `history ${history}, session ${session}`);
        cuts += played.cuts;
        begin = played;
      }
    }
    expect(cuts).toBeGreaterThan(20 * HISTORIES);
  },
);
