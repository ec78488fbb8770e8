/** What the other tests of this folder have found, each in its smallest form. */
import { type Contents, DiskCache, frameEnds } from '../persist/disk-cache';
import { manualClockForEachTest } from '../support/manual-clock';
import { type Image, RecordedDisk } from './recorded-disk';
import { DIRECTORY, turn } from './watched-session';

const time = manualClockForEachTest();

/** A power cut that takes all it can: what was not synced is zeros, and names stay as they are. */
const allItCan = (): number => 0.99;

/** What a restart serves. */
function servedFrom(image: Image, signature = 'keys/1'): { readonly contents: Contents; readonly state: string } {
  const cache = new DiskCache({ directory: DIRECTORY, signature, files: new RecordedDisk(image).files });
  const found = { contents: cache.contents(), state: cache.journal.state };
  cache.die();
  return found;
}

/** The newest log of an image, and the image with another content of it. */
function newestLog(image: Image): { readonly bytes: Buffer; readonly changed: (bytes: Buffer) => Image } {
  const path = [...image.keys()]
    .filter((name) => name.includes('/log-'))
    .sort()
    .at(-1) as string;
  return { bytes: Buffer.from(image.get(path) as Buffer), changed: (bytes) => new Map(image).set(path, bytes) };
}

test('a snapshot whose writer was killed before it was synced is synced before the logs it stands for are removed', async () => {
  const disk = new RecordedDisk();
  const options = { directory: DIRECTORY, leastLogBytes: 600, files: disk.files };
  const first = new DiskCache(options);
  for (let round = 0; !disk.isSyncing('snap-'); round++) {
    first.put(`k${round % 3}`, 'x'.repeat(50));
    if (disk.isSyncing('log-')) disk.endSyncs();
    await turn();
  }
  first.die();
  disk.loseProcess();
  const second = new DiskCache(options);
  let isRemoving = false;
  let image: Image | undefined;
  disk.onCall = (call, path) => {
    if (isRemoving) image ??= disk.powerCut(allItCan);
    isRemoving ||= call === 'unlinkSync' && !path.includes('manifest-');
    return undefined;
  };
  while (image === undefined) {
    second.put('k0', 'x'.repeat(50));
    disk.endSyncs();
    await turn();
  }
  const contents = second.contents();
  second.die();
  expect(servedFrom(image)).toEqual({ contents, state: 'open' });
});

test('what is put while a flush waits for the disk is synced a second later', async () => {
  const disk = new RecordedDisk();
  const cache = new DiskCache({ directory: DIRECTORY, durability: 'interval', files: disk.files }).put('a');
  const flushed = cache.journal.flush();
  cache.put('b');
  disk.endSyncs();
  await flushed;
  time.clock.advance(1000);
  disk.endSyncs();
  await turn();
  const contents = cache.contents();
  cache.die();
  expect(servedFrom(disk.powerCut(allItCan))).toEqual({ contents, state: 'open' });
});

test('a flush that begins when the one before it has ended makes durable what came in between', async () => {
  const disk = new RecordedDisk();
  const cache = new DiskCache({ directory: DIRECTORY, files: disk.files }).put('a');
  const first = cache.journal.flush();
  cache.put('b');
  disk.endSyncs();
  await first;
  const second = cache.journal.flush();
  disk.endSyncs();
  await second;
  const image = disk.powerCut(allItCan);
  cache.die();
  expect(servedFrom(image).contents.map(([key]) => key)).toEqual(['a', 'b']);
});

test('a power cut that takes one sector of a header that was not synced leaves a directory that can be opened', () => {
  // Longer than a sector, so that the end of the header is there without its beginning.
  const signature = `keys/1${' and more'.repeat(60)}`;
  const disk = new RecordedDisk();
  let image: Image | undefined;
  disk.onCall = (call) => {
    if (call === 'fdatasyncSync') image ??= disk.image;
    return undefined;
  };
  new DiskCache({ directory: DIRECTORY, signature, files: disk.files }).put('a').die();
  const { bytes, changed } = newestLog(image as Image);
  expect(servedFrom(changed(bytes.fill(0, 0, 512)), signature)).toEqual({ contents: [], state: 'open' });
});

test('a record that has lost its middle does not hide what stands behind it: what was deleted does not come back', async () => {
  const disk = new RecordedDisk();
  const cache = new DiskCache({ directory: DIRECTORY, files: disk.files }).put('a');
  const before = newestLog(disk.image).bytes.length;
  cache.put('b', 'x'.repeat(1000)).delete('a');
  const flushed = cache.journal.flush();
  disk.endSyncs();
  await flushed;
  cache.die();
  const { bytes, changed } = newestLog(disk.image);
  const image = changed(Buffer.concat([bytes.subarray(0, before + 200), bytes.subarray(before + 800)]));
  expect(servedFrom(image).contents).toEqual([]);
});

test('a flipped bit in the header of the newest log does not bring back what that log has replaced', () => {
  const disk = new RecordedDisk();
  for (const value of ['old', 'new']) {
    const cache = new DiskCache({ directory: DIRECTORY, files: disk.files }).put('a', value);
    cache.journal.closeNow();
    cache.die();
  }
  const { bytes, changed } = newestLog(disk.image);
  for (let bit = 0; bit < 30 * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect([bit, servedFrom(changed(flipped)).contents]).not.toEqual([bit, [['a', 'old']]]);
  }
});

test('a damaged end of a record does not hide the record behind it: what was replaced does not come back', async () => {
  const disk = new RecordedDisk();
  const cache = new DiskCache({ directory: DIRECTORY, files: disk.files }).put('a', 'old').put('a', 'new');
  const flushed = cache.journal.flush();
  disk.endSyncs();
  await flushed;
  cache.die();
  const { bytes, changed } = newestLog(disk.image);
  // The mark of the flush stands last.
  const lastByte = (frameEnds(bytes).at(-2) as number) - 1;
  for (let bit = 0; bit < 8; bit++) {
    const flipped = Buffer.from(bytes).fill((bytes[lastByte] as number) ^ (1 << bit), lastByte, lastByte + 1);
    expect([bit, servedFrom(changed(flipped)).contents]).toEqual([bit, []]);
  }
});
