/** Every file of a directory is damaged in every way: nothing is made up, nothing that was deleted or replaced comes back, and calls are answered. */
import { isDeepStrictEqual } from 'node:util';
import { type Contents, DiskCache, frameEnds } from '../persist/disk-cache';
import { manualClockForEachTest } from '../support/manual-clock';
import { isThorough, numRuns } from '../support/thorough';
import { randomNumbers } from './deeds';
import { type Image, RecordedDisk } from './recorded-disk';
import { SEED } from './seed';
import { isWithin, show } from './states';
import { DIRECTORY, MUCH_ROOM, turn, WatchedSession } from './watched-session';

const time = manualClockForEachTest();
// Long when KEY_RUNS says so, or the machine is busy.
jest.setTimeout(600_000);

const DIRECTORIES = numRuns(3, 1).numRuns;
/** One damage in so many, other ones each time. */
const SHARE = isThorough ? 1 : 12;
const SECTOR_BYTES = 512;

/** What several sessions have left. */
interface Left {
  readonly image: Image;
  /** Files that were there once, as they were. */
  readonly gone: ReadonlyMap<string, Buffer>;
  /** What the cache held, from its beginning on. */
  readonly states: readonly Contents[];
  /** From this state on nothing may come back that was gone by then: it was flushed, and the log says so. */
  readonly flushed: number;
  /** Where it says so: path of the file, and where the record begins. */
  readonly mark: { readonly path: string; readonly at: number };
}

interface Damage {
  readonly what: string;
  readonly image: Image;
  /** What was durable can be known from what is left. */
  readonly isKnown: boolean;
}

/** Some sessions with compactions between them; the last one flushes, goes on for some deeds, and is closed or killed. */
async function someSessions(seed: number, firstVersion = 1): Promise<Left> {
  const roll = randomNumbers(seed);
  const disk = new RecordedDisk();
  const states: Contents[] = [];
  const gone = new Map<string, Buffer>();
  let version = firstVersion;
  for (let number = 0; number < 3; number++) {
    const leastLogBytes = roll() < 0.6 ? 1200 : undefined;
    const session = new WatchedSession({ disk, clock: time.clock, roll, durability: 'os', leastLogBytes, signature: 'keys/1', firstVersion: version });
    for (let deed = 0; deed < 30; deed++) {
      await session.deed();
      for (const [path, bytes] of filesOf(disk.image)) gone.set(path, bytes);
    }
    const isLast = number === 2;
    if (isLast) await session.settle();
    const flushed = states.length + session.states.length - 1;
    const mark = isLast ? markIn(disk.image) : undefined;
    for (let deeds = isLast ? Math.floor(roll() * 2) * 8 : 0; deeds > 0; deeds--) await session.deed();
    if (roll() < 0.5) await session.close();
    session.cache.die();
    disk.loseProcess();
    await turn();
    states.push(...session.states);
    version = session.version;
    if (mark !== undefined) {
      for (const path of disk.image.keys()) gone.delete(path);
      return { image: disk.image, gone, states, flushed, mark };
    }
  }
  throw new Error('there was no last session');
}

const filesOf = (image: Image): [path: string, bytes: Buffer][] => [...image].filter((file): file is [string, Buffer] => file[1] !== 'directory').sort();

/** The last record of the newest log, where a flush has just ended. */
function markIn(image: Image): Left['mark'] {
  const [path, bytes] = filesOf(image)
    .filter(([name]) => name.includes('/log-'))
    .at(-1) as [string, Buffer];
  return { path, at: frameEnds(bytes).at(-2) as number };
}

/** One bit, one sector, the end, or a piece twice, at random places of each file. */
function* damagedBytes({ image, mark }: Left, roll: () => number): Generator<Damage> {
  const somewhere = (bytes: Buffer): number => Math.floor(roll() * bytes.length);
  for (const [path, bytes] of filesOf(image)) {
    const changed = (what: string, from: number, to: number, change: (copy: Buffer) => Buffer): Damage => ({
      what: `${what} of ${path}, bytes ${from} to ${to}`,
      image: new Map(image).set(path, change(Buffer.from(bytes))),
      isKnown: path !== mark.path || to <= mark.at || from >= mark.at || to - from === 1,
    });
    const ends = frameEnds(bytes);
    const header = ends[0] as number;
    // Headers are short, and much depends on them: each byte of one has its turn.
    for (let count = 0; count < header + 50; count++) {
      const at = count < header ? count : somewhere(bytes);
      yield changed('a flipped bit', at, at + 1, (copy) => copy.fill((bytes[at] as number) ^ (1 << Math.floor(roll() * 8)), at, at + 1));
    }
    for (let from = 0; from < bytes.length; from += SECTOR_BYTES) {
      const to = Math.min(bytes.length, from + SECTOR_BYTES);
      yield changed('a sector of zeros', from, to, (copy) => copy.fill(0, from, to));
    }
    for (let count = 0; count < 10; count++) {
      const from = somewhere(bytes);
      yield changed('the end', from, bytes.length, (copy) => copy.subarray(0, from));
      const to = from + Math.ceil(roll() * Math.min(1000, bytes.length - from));
      yield changed('a piece twice', from, from, (copy) => Buffer.concat([copy.subarray(0, to), copy.subarray(from)]));
      yield changed('a missing piece', from, to, (copy) => Buffer.concat([copy.subarray(0, from), copy.subarray(to)]));
    }
    for (let frame = 1; frame < ends.length; frame++) {
      const [from, to] = [ends[frame - 1] as number, ends[frame] as number];
      yield changed('a record twice', from, from, (copy) => Buffer.concat([copy.subarray(0, to), copy.subarray(from)]));
      yield changed('a missing record', from, to, (copy) => Buffer.concat([copy.subarray(0, from), copy.subarray(to)]));
    }
  }
}

/** A flipped bit in each of several files. */
function* damagedTogether({ image }: Left, roll: () => number): Generator<Damage> {
  for (let count = 0; count < 100; count++) {
    const damaged = new Map(image);
    const names: string[] = [];
    for (const [path, bytes] of filesOf(image)) {
      if (roll() < 0.4) continue;
      const at = Math.floor(roll() * bytes.length);
      names.push(`byte ${at} of ${path}`);
      damaged.set(path, Buffer.from(bytes).fill((bytes[at] as number) ^ (1 << Math.floor(roll() * 8)), at, at + 1));
    }
    yield { what: `a flipped bit in ${names.join(', ')}`, image: damaged, isKnown: true };
  }
}

const kindOf = (path: string): string => /(?:log|snap|manifest)(?=-\d)/.exec(path)?.[0] ?? '';

/** Files that are missing, under another's name, another cache's, or back. */
function* damagedNames({ image, gone, mark }: Left, stranger: Left): Generator<Damage> {
  const files = filesOf(image);
  for (const [path, bytes] of gone) yield { what: `${path}, which was removed, is back`, image: new Map(image).set(path, bytes), isKnown: true };
  yield { what: 'every file that was removed is back', image: new Map([...image, ...gone]), isKnown: true };
  for (const [path] of files)
    for (const [old, oldBytes] of gone)
      if (kindOf(old) === kindOf(path))
        yield { what: `${path} is ${old}, which was removed`, image: new Map(image).set(path, oldBytes), isKnown: path !== mark.path };
  for (const [path, bytes] of files) {
    const without = new Map(image);
    without.delete(path);
    // That the newest log is missing is not known; see docs/recovery.md.
    yield { what: `${path} is missing`, image: without, isKnown: path < mark.path || path.includes('snap-') };
    for (const [other, otherBytes] of files)
      if (other > path) yield { what: `${path} and ${other} are swapped`, image: new Map(image).set(path, otherBytes).set(other, bytes), isKnown: true };
    for (const [other, otherBytes] of filesOf(stranger.image)) {
      yield { what: `${path} is ${other} of another store`, image: new Map(image).set(path, otherBytes), isKnown: true };
      yield { what: `${other} of another store lies beside`, image: new Map(image).set(other, otherBytes), isKnown: true };
    }
    const after = path.replace(/\d{12}/, String(files.length + 100).padStart(12, '0'));
    yield { what: `${path} lies there as ${after} too`, image: new Map(image).set(after, bytes), isKnown: true };
  }
}

/** Opens what is left: it serves nothing that it must not, says so when something is missing, and is a cache that can be written or says that it is none. */
function check({ what, image, isKnown }: Damage, { states, flushed }: Left, seed: number): void {
  const where = `SCRUBJAY_SEED=${seed}, ${what}`;
  const disk = new RecordedDisk(image);
  const cache = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, files: disk.files });
  const served = cache.contents();
  const possible = states.slice(isKnown ? flushed : 0);
  if (!possible.some((state) => isWithin(served, state))) {
    throw new Error(`${where}: served\n  ${show(served)}\nwanted part of one of\n  ${[...new Set(possible.map(show))].join('\n  ')}`);
  }
  const { state, recovery } = cache.journal;
  // Invariant: nothing is lost in silence.
  if (isKnown && !possible.some((whole) => isWithin(whole, served))) {
    expect([where, cache.reports.length > 0 || !/^(empty|clean|unclean)$/.test(recovery?.outcome ?? '')]).toEqual([where, true]);
  }
  expect([where, state]).toEqual([where, expect.stringMatching(/^(open|refused)$/)]);
  cache.put('new');
  const contents = cache.contents();
  expect([where, contents.at(-1)]).toEqual([where, ['new', 'new!']]);
  if (state === 'refused') {
    expect([where, served]).toEqual([where, []]);
    expect(() => cache.delete('new')).toThrow(expect.objectContaining({ code: 'SCRUBJAY_NOT_DURABLE' }));
  }
  cache.journal.closeNow();
  cache.die();
  if (state === 'refused') {
    expect([where, isDeepStrictEqual(disk.image, image)]).toEqual([where, true]);
    return;
  }
  const next = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, files: disk.files });
  expect([where, next.journal.state, next.contents()]).toEqual([where, 'open', contents]);
  next.die();
}

test.each([
  ['bytes', damagedBytes],
  ['bytes of several files', damagedTogether],
  ['names', (left: Left, _roll: () => number, stranger: Left) => damagedNames(left, stranger)],
] as const)('damaged %s: nothing is served that was not put there, or that was gone when it was flushed', async (_what, damages) => {
  for (let seed = SEED; seed < SEED + DIRECTORIES; seed++) {
    const left = await someSessions(seed);
    const stranger = await someSessions(seed + 1_000_000, 1_000_000);
    let count = 0;
    for (const damage of damages(left, randomNumbers(seed), stranger)) if (count++ % SHARE === seed % SHARE) check(damage, left, seed);
    expect(count).toBeGreaterThan(10);
  }
});

test('without damage it is all there', async () => {
  let snapshots = 0;
  for (let seed = SEED; seed < SEED + DIRECTORIES; seed++) {
    const { image, states } = await someSessions(seed);
    const cache = new DiskCache({ directory: DIRECTORY, capacity: MUCH_ROOM, files: new RecordedDisk(image).files });
    expect([seed, new Map(cache.contents())]).toEqual([seed, new Map(states.at(-1))]);
    snapshots += filesOf(image).filter(([path]) => path.includes('/snap-')).length;
    cache.die();
  }
  // One directory may have none.
  if (isThorough) expect(snapshots).toBeGreaterThan(0);
});
