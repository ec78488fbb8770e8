/** One owner for each directory, whatever process it is in. The children run the built package. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs, { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCK_NAME, lockDirectory } from '../../src/persist/directory-lock';
import { takeOwnerFile } from '../../src/persist/owner-file';
import { temporaryDirectory } from '../support/directories';
import { isThorough } from '../support/thorough';

const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

interface Rival {
  readonly answer: string;
  readonly pid: number;
  kill(): Promise<void>;
}

/** Another process that wants the directory. Without a path it finds no `flock`. */
async function rival(directory: string, { hasFlock = true, thread = false } = {}): Promise<Rival> {
  const env = hasFlock ? process.env : { ...process.env, PATH: '' };
  const child = spawn(process.execPath, [join(__dirname, 'lock-child.mjs'), directory, ...(thread ? ['thread'] : [])], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.add(child);
  const answer = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim())));
  return {
    answer,
    pid: child.pid as number,
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve()).kill('SIGKILL');
      }),
  };
}

describe.each([
  ['with flock', true],
  ['without flock', false],
])('%s', (_what, hasFlock) => {
  test('another process is kept out, and told who is in; when that is killed, the next one is in at once', async () => {
    const directory = temporaryDirectory();
    const first = await rival(directory, { hasFlock });
    expect(first.answer).toBe('held');
    expect((await rival(directory, { hasFlock })).answer).toMatch(new RegExp(`^process ${first.pid} on .+, since 20`));
    await first.kill();
    expect((await rival(directory, { hasFlock })).answer).toBe('held');
  });

  test('of many who come when the owner has died, one gets it', async () => {
    const directory = temporaryDirectory();
    await (await rival(directory, { hasFlock })).kill();
    const answers = await Promise.all(Array.from({ length: isThorough ? 8 : 4 }, async () => (await rival(directory, { hasFlock })).answer));
    expect(answers.filter((answer) => answer === 'held')).toHaveLength(1);
  });

  test('what was given back can be taken', async () => {
    const directory = temporaryDirectory();
    const path = process.env['PATH'];
    process.env['PATH'] = hasFlock ? path : '';
    try {
      for (let round = 0; round < 3; round++) {
        const lock = lockDirectory(directory);
        expect(lock.isHeld && lockDirectory(directory).isHeld).toBe(false);
        if (lock.isHeld) lock.release();
      }
      expect(readdirSync(directory)).toEqual([LOCK_NAME]);
    } finally {
      process.env['PATH'] = path;
    }
  });
});

test('another thread is another owner', async () => {
  const directory = temporaryDirectory();
  expect((await rival(directory, { thread: true })).answer).toBe('held');
  expect((await rival(directory)).answer).toMatch(/^process \d+, thread \d+, on /);
});

test('where nobody may write, nobody is locked out', () => {
  const readOnly = jest.spyOn(fs, 'openSync').mockImplementation(() => {
    throw Object.assign(new Error('EROFS: planted'), { code: 'EROFS' });
  });
  try {
    expect(lockDirectory('/somewhere').isHeld).toBe(true);
    readOnly.mockImplementation(() => {
      throw Object.assign(new Error('EIO: planted'), { code: 'EIO' });
    });
    expect(() => lockDirectory('/somewhere')).toThrow('EIO');
  } finally {
    readOnly.mockRestore();
  }
});

describe('the file that says who the owner is', () => {
  const ownerIn = (directory: string): string => join(directory, 'owner');
  const owner = (changes: object): string =>
    JSON.stringify({ nonce: 'a', pid: process.pid, start: '1', world: 'another', host: 'web-3', since: '2026-11-23T10:00:00.000Z', ...changes });

  /** What our own process writes about itself. */
  function myself(): Record<string, unknown> {
    const path = ownerIn(temporaryDirectory());
    takeOwnerFile(path);
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  }

  test('a number that another process has by now is no owner', () => {
    const path = ownerIn(temporaryDirectory());
    writeFileSync(path, owner({ ...myself(), start: '1' }));
    const place = takeOwnerFile(path);
    expect(place).toBeDefined();
    place?.release();
    expect(existsSync(path)).toBe(false);
  });

  test('an owner out of sight lives as long as it touches its file', () => {
    const path = ownerIn(temporaryDirectory());
    writeFileSync(path, owner({}));
    expect(takeOwnerFile(path)).toBeUndefined();
    const before = new Date(Date.now() - 14_000);
    fs.utimesSync(path, before, before);
    expect(takeOwnerFile(path)).toBeUndefined();
    const long = new Date(Date.now() - 16_000);
    fs.utimesSync(path, long, long);
    expect(takeOwnerFile(path)).toBeDefined();
  });

  test('a successor that died has a successor; nothing but the owner stays behind', () => {
    const directory = temporaryDirectory();
    const path = ownerIn(directory);
    const dead = { ...myself(), start: '1' };
    writeFileSync(path, owner({ ...dead, nonce: 'first' }));
    writeFileSync(`${path}.after-first`, owner({ ...dead, nonce: 'second' }));
    writeFileSync(`${path}.after-second`, owner({ ...dead, nonce: 'third' }));
    const place = takeOwnerFile(path);
    expect(place).toBeDefined();
    expect(readdirSync(directory)).toEqual(['owner']);
    place?.release();
  });

  test('a living successor is left alone', () => {
    const path = ownerIn(temporaryDirectory());
    const me = myself();
    writeFileSync(path, owner({ ...me, start: '1', nonce: 'first' }));
    writeFileSync(`${path}.after-first`, owner({ ...me, nonce: 'second' }));
    expect(takeOwnerFile(path)).toBeUndefined();
  });

  test('whoever lost his place does not take away that of another', () => {
    const path = ownerIn(temporaryDirectory());
    const place = takeOwnerFile(path);
    writeFileSync(path, owner({ nonce: 'somebody else' }));
    place?.release();
    expect(existsSync(path)).toBe(true);
  });
});
