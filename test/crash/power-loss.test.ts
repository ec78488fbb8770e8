/** The power is cut at any moment, and what is left is any state that POSIX allows. */
import { policies } from '../../src/memory/index';
import type { EvictionPolicy } from '../../src/memory/policy';
import type { Durability } from '../../src/persist/journal-options';
import { type Contents, DiskCache } from '../persist/disk-cache';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough, numRuns } from '../support/thorough';
import { randomNumbers } from './deeds';
import { type Image, RecordedDisk } from './recorded-disk';
import { SEED } from './seed';
import { expectOneOf } from './states';
import { DIRECTORY, MUCH_ROOM, turn, WatchedSession } from './watched-session';

const time = manualClockForEachTest();
// Long when KEY_RUNS says so, or the machine is busy.
jest.setTimeout(600_000);

const HISTORIES = numRuns(12, 1).numRuns;
const SESSIONS = 5;

/** A power cut, and what a restart may find after it. */
interface Cut {
  readonly where: string;
  readonly image: Image;
  readonly possible: () => readonly Contents[];
}

/** What does not change in the life of a cache. */
interface History {
  readonly name: string;
  readonly durability: Durability;
  readonly signature: string;
  readonly policy: EvictionPolicy;
  readonly roll: () => number;
}

/** What the order of another policy comes to after a restart is tested in test/persist. */
const isOrdered = ({ policy }: History): boolean => policy === policies.lru;

/** The disk before a session. */
interface Begin {
  readonly disk: RecordedDisk;
  /** What the session may find, and a restart after a power cut while it is opened. */
  readonly possible: readonly Contents[];
  readonly possibleAfterCut: readonly Contents[];
  readonly version: number;
}

function opened({ durability, signature, policy }: History, image: Image): { cache: DiskCache; disk: RecordedDisk } {
  const disk = new RecordedDisk(image);
  const cache = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, durability, signature, policy, leastLogBytes: 600, files: disk.files });
  return { cache, disk };
}

/** Opens what a power cut has left. It must be one of the possible states, must survive another power cut, and be a cache that can be written. */
function check(history: History, { where, image, possible }: Cut): void {
  const { cache, disk } = opened(history, image);
  const expectKept = (): void => {
    const contents = cache.contents();
    const left = disk.powerCut(history.roll);
    cache.die();
    const { cache: next } = opened(history, left);
    expectOneOf([contents], next.contents(), `${where}, again`, isOrdered(history));
    next.die();
  };
  expect([where, cache.journal.state, cache.reports]).toEqual([where, 'open', []]);
  expectOneOf(possible(), cache.contents(), where, isOrdered(history));
  if (history.roll() < 0.5) cache.put('new').journal.closeNow();
  expectKept();
}

/** Plays one session, ends it, and checks some of the power cuts that might have come on the way. Gives the disk for the next one. */
async function play(history: History, begin: Begin, number: number): Promise<Begin & { readonly cuts: number }> {
  const { disk } = begin;
  const { durability, signature, policy, roll } = history;
  const name = `${history.name}, session ${number}`;
  const cuts: Cut[] = [];
  let session: WatchedSession | undefined;
  let calls = 0;
  const cut = (what: string, possible = session?.possible('power') ?? ((): readonly Contents[] => begin.possibleAfterCut)): void => {
    cuts.push({ where: `${name}, ${what}`, image: disk.powerCut(roll), possible });
  };
  disk.onCall = (call, path) => {
    calls++;
    if (roll() < 0.25) cut(`power cut before call ${calls}, ${call} ${path}`);
    return undefined;
  };
  const leastLogBytes = roll() < 0.7 ? 600 + Math.floor(roll() * 2000) : undefined;
  session = new WatchedSession({ disk, clock: time.clock, roll, durability, leastLogBytes, signature, policy, firstVersion: begin.version });
  const { states } = session;
  expectOneOf(begin.possible, states[0] as Contents, `${name} opens`, isOrdered(history));
  expect([name, session.state]).toEqual([name, 'open']);
  cut('power cut after opening');
  for (let deeds = Math.floor(roll() * 60); deeds > 0; deeds--) {
    await session.deed();
    if (roll() < 0.1) cut(`power cut after ${states.length - 1} deeds`);
  }
  const end = roll();
  if (end < 0.3) {
    await session.close();
    for (let count = 0; count < 3; count++) cut('power cut after closing');
  }
  const [process, power] = [session.possible('process')(), session.possible('power')()];
  const next = end < 0.7 ? { disk, possible: process } : { disk: new RecordedDisk(disk.powerCut(roll)), possible: power };
  session.cache.die();
  disk.loseProcess();
  disk.onCall = () => undefined;
  expect([name, session.reports, session.failures]).toEqual([name, [], []]);
  await turn();
  for (const each of cuts) check(history, each);
  return { ...next, possibleAfterCut: power, version: session.version, cuts: cuts.length };
}

test.each<Durability>(['always', 'interval', 'os'])(
  'durability %s: after a power cut at any moment a restart finds what was there after some deed, and not before the last one that was to survive',
  async (durability) => {
    let cuts = 0;
    for (let number = 0; number < HISTORIES; number++) {
      const roll = randomNumbers(SEED * 1000 + number);
      const name = `SCRUBJAY_SEED=${SEED}, ${durability}, history ${number}`;
      // A header may be longer than a sector.
      const signature = `keys/1${' and more'.repeat(roll() < 0.3 ? 60 : 0)}`;
      const others = Object.values(policies);
      const policy = roll() < 0.6 ? policies.lru : (others[Math.floor(roll() * others.length)] as EvictionPolicy);
      const history: History = { name: `${name}, ${policy.name}`, durability, roll, signature, policy };
      let begin: Begin = { disk: new RecordedDisk(), possible: [[]], possibleAfterCut: [[]], version: 1 };
      for (let session = 0; session < SESSIONS; session++) {
        const played = await play(history, begin, session);
        cuts += played.cuts;
        begin = played;
      }
    }
    // One history may have few.
    expect(cuts).toBeGreaterThan(isThorough ? 20 * HISTORIES : 0);
  },
);
