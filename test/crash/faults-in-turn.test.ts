/** The disk fails at each of its calls in turn, in each way in which that call can fail. */
import type { Durability } from '../../src/persist/journal-options';
import { type Contents, DiskCache } from '../persist/disk-cache';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough, numRuns } from '../support/thorough';
import { randomNumbers } from './deeds';
import { type Call, type Fault, type Image, RecordedDisk } from './recorded-disk';
import { SEED } from './seed';
import { expectOneOf } from './states';
import { DIRECTORY, MUCH_ROOM, turn, WatchedSession } from './watched-session';

const time = manualClockForEachTest();
// Long when KEY_RUNS says so, or the machine is busy.
jest.setTimeout(600_000);

const LEAST_DEEDS = 45;
const WORKLOADS = numRuns(1).numRuns;
/** Of so many calls one has its turn; which one is another with each fault. */
const STRIDE = isThorough ? 1 : 27;

interface FaultyDisk {
  readonly name: string;
  /** The calls that can meet it. */
  readonly calls: RegExp;
  /** What the first of these calls that fails meets, and what the ones after it do. */
  readonly meets: (since: number) => Fault | undefined;
}

const faults: readonly FaultyDisk[] = [
  { name: 'EIO', calls: /./, meets: (since) => (since === 0 ? 'EIO' : undefined) },
  { name: 'EIO for a while', calls: /./, meets: (since) => (since < 12 ? 'EIO' : undefined) },
  { name: 'EIO for good', calls: /./, meets: () => 'EIO' },
  { name: 'EIO for good of every sync', calls: /sync/, meets: () => 'EIO' },
  { name: 'EIO for good of every removal', calls: /^unlink/, meets: () => 'EIO' },
  { name: 'ENOSPC', calls: /^write|^mkdir/, meets: (since) => (since === 0 ? 'ENOSPC' : undefined) },
  { name: 'ENOSPC for good', calls: /^write|^mkdir/, meets: () => 'ENOSPC' },
  { name: 'EMFILE', calls: /^open/, meets: (since) => (since === 0 ? 'EMFILE' : undefined) },
  { name: 'EMFILE for good', calls: /^open/, meets: () => 'EMFILE' },
  { name: 'half a write, then ENOSPC', calls: /^write/, meets: (since) => (['half', 'ENOSPC'] as const)[since] },
  { name: 'half a write, then ENOSPC for good', calls: /^write/, meets: (since) => (since === 0 ? 'half' : 'ENOSPC') },
  { name: 'half a write, then the rest', calls: /^write/, meets: (since) => (since === 0 ? 'half' : undefined) },
];

interface Played {
  readonly session: WatchedSession;
  readonly disk: RecordedDisk;
  readonly calls: readonly Call[];
}

/** What is done again and again. */
interface Workload {
  readonly seed: number;
  readonly durability: Durability;
  /** What is there before, and what lies on the disk then: a directory with a snapshot, in which a session was killed. */
  readonly before: Contents;
  readonly image: Image;
}

/** The same deeds, on a disk whose call number `failAt`, from 0, meets the fault; without a fault, as many of them as it takes to meet every kind of call. */
async function play({ seed, durability, image }: Workload, deeds?: number, fault?: FaultyDisk, failAt = 0): Promise<Played> {
  const roll = randomNumbers(seed);
  const disk = new RecordedDisk(image);
  const calls: Call[] = [];
  let since = 0;
  disk.onCall = (call) => {
    calls.push(call);
    return fault !== undefined && calls.length > failAt && fault.calls.test(call) ? fault.meets(since++) : undefined;
  };
  const session = new WatchedSession({ disk, clock: time.clock, roll, durability, leastLogBytes: 1500, signature: 'keys/1', firstVersion: 1000 });
  const isEnough = (done: number): boolean => (deeds === undefined ? done >= LEAST_DEEDS && calls.includes('unlinkSync') : done === deeds);
  while (!isEnough(session.states.length - 1)) await session.deed();
  await session.close();
  disk.onCall = () => undefined;
  session.cache.die();
  disk.loseProcess();
  await turn();
  return { session, disk, calls };
}

async function aWorkload(seed: number, durability: Durability): Promise<Workload> {
  const disk = new RecordedDisk();
  const roll = randomNumbers(seed + 1);
  const session = new WatchedSession({ disk, clock: time.clock, roll, durability: 'os', leastLogBytes: 800, signature: 'keys/1', firstVersion: 1 });
  while (![...disk.image.keys()].some((path) => path.includes('snap-'))) await session.deed();
  session.cache.die();
  await turn();
  return { seed, durability, image: disk.image, before: session.states.at(-1) as Contents };
}

/** A good disk again: the cache opens, holds what it may, and can be written. */
function expectRestart(image: Image, possible: readonly Contents[], where: string): void {
  const disk = new RecordedDisk(image);
  const cache = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, files: disk.files });
  expect([where, cache.journal.state, cache.reports]).toEqual([where, 'open', []]);
  // The order of use may lack uses that were not written.
  expectOneOf(possible, cache.contents(), where, false);
  cache.put('after').journal.closeNow();
  const contents = cache.contents();
  cache.die();
  const next = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, files: new RecordedDisk(disk.image).files });
  expect([where, next.contents()]).toEqual([where, contents]);
  next.die();
}

describe.each<Durability>(['always', 'interval', 'os'])('durability %s', (durability) => {
  test.each(faults)('$name at any call: calls are answered, and a restart finds all that was acknowledged', async (fault) => {
    for (let seed = SEED; seed < SEED + WORKLOADS; seed++) {
      const workload = await aWorkload(seed, durability);
      const { calls, session: whole } = await play(workload);
      const roll = randomNumbers(seed + 2);
      for (const [failAt, call] of calls.entries()) {
        if (!fault.calls.test(call) || (failAt + faults.indexOf(fault)) % STRIDE !== 0) continue;
        const where = `SCRUBJAY_SEED=${seed}, ${durability}, ${fault.name} at call ${failAt}, ${call}`;
        const { session, disk } = await play(workload, whole.states.length - 1, fault, failAt);
        const { kept, states, failures } = session;
        expect([where, failures]).toEqual([where, []]);
        if (fault.name === 'half a write, then the rest') expect([where, session.reports, kept.power]).toEqual([where, [], states.length - 1]);
        // A cache that could not be opened leaves what was there.
        const possible = (from: number): Contents[] => [...(from === 0 ? [workload.before] : []), ...states.slice(from)];
        expectRestart(disk.image, possible(kept.process), `${where}, restart`);
        expectRestart(disk.powerCut(roll), possible(kept.power), `${where}, power cut`);
      }
    }
  });
});
