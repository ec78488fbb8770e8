import { GroupCommit } from '../../src/persist/group-commit';
import { manualClockForEachTest } from '../support/manual-clock';

/** A log whose syncs end when the test says so. */
class SlowLog {
  written = 0;
  isOpen = true;
  syncs = 0;
  readonly failures: Error[] = [];
  end: (error: Error | null) => void = () => {};
  readonly commit = new GroupCommit({
    lastLsn: () => this.written,
    sync: (done) => {
      if (!this.isOpen) return false;
      this.syncs++;
      this.end = done;
      return true;
    },
    failed: (error) => {
      this.failures.push(error);
      this.isOpen = false;
      this.commit.giveUp();
    },
  });

  /** Writes a record and notes when it is acknowledged. */
  write(acknowledged: number[]): void {
    const lsn = ++this.written;
    void this.commit.wait().then(() => acknowledged.push(lsn));
  }
}

const settled = (): Promise<void> => new Promise(setImmediate);

test('whoever was written before a sync began is answered when it ends, the others share the next one', async () => {
  const log = new SlowLog();
  const acknowledged: number[] = [];
  for (let count = 0; count < 5; count++) log.write(acknowledged);
  expect(log.syncs).toBe(1);
  log.end(null);
  await settled();
  expect([acknowledged, log.syncs]).toEqual([[1], 2]);
  log.end(null);
  await settled();
  expect([acknowledged, log.syncs, log.commit.durableLsn, log.commit.isBehind]).toEqual([[1, 2, 3, 4, 5], 2, 5, false]);
});

test('after a failed sync everybody is answered, and no further one is begun', async () => {
  const log = new SlowLog();
  const acknowledged: number[] = [];
  for (let count = 0; count < 3; count++) log.write(acknowledged);
  log.end(new Error('EIO'));
  await settled();
  log.write(acknowledged);
  await settled();
  expect([acknowledged, log.syncs, log.failures.length, log.commit.durableLsn]).toEqual([[1, 2, 3, 4], 1, 1, 0]);
});

test('a synchronous sync in between answers those it covers', async () => {
  const log = new SlowLog();
  const acknowledged: number[] = [];
  log.write(acknowledged);
  log.write(acknowledged);
  log.commit.synced(2);
  await settled();
  expect(acknowledged).toEqual([1, 2]);
  log.end(null);
  expect([log.commit.durableLsn, log.commit.isSyncing, log.syncs]).toEqual([2, false, 1]);
});

test('callers that are answered together and write again share the next sync, and none waits for two', async () => {
  const log = new SlowLog();
  let answered = 0;
  const call = async (): Promise<void> => {
    log.written++;
    await log.commit.waitTogether();
    answered++;
  };
  const caller = async (): Promise<void> => {
    for (let count = 0; count < 3; count++) await call();
  };
  const callers = Promise.all(Array.from({ length: 16 }, caller));
  for (let sync = 1; sync <= 3; sync++) {
    await settled();
    expect([log.syncs, answered]).toEqual([sync, 16 * (sync - 1)]);
    log.end(null);
  }
  await callers;
});

describe('of hundreds who ask in one turn', () => {
  const time = manualClockForEachTest();

  /** So many callers come in one turn, each after so many milliseconds of work; a sync before took a second. */
  async function syncsOf(callers: number, eachMs: number): Promise<SlowLog> {
    const log = new SlowLog();
    const before = log.commit.wait();
    time.clock.advance(1000);
    log.end(null);
    await before;
    log.syncs = 0;
    for (let count = 0; count < callers; count++) {
      time.clock.advance(eachMs);
      log.written++;
      void log.commit.waitTogether();
    }
    return log;
  }

  test('the first are synced beside the others when they take longer than a sync', async () => {
    const log = await syncsOf(200, 20);
    expect([log.syncs, log.commit.isSyncing]).toEqual([1, true]);
    log.end(null);
    expect(log.commit.durableLsn).toBeGreaterThan(0);
    expect([log.syncs, log.commit.isBehind]).toEqual([2, true]);
    log.end(null);
    await settled();
    expect([log.syncs, log.commit.isBehind]).toEqual([2, false]);
  });

  test('all are answered when the disk fails as the first are to be synced', async () => {
    const log = new SlowLog();
    const before = log.commit.wait();
    log.end(null);
    await before;
    log.isOpen = false;
    const answers = Array.from({ length: 100 }, async () => {
      time.clock.advance(1);
      log.written++;
      await log.commit.waitTogether();
    });
    expect(await Promise.all(answers)).toHaveLength(100);
    expect([log.syncs, log.commit.isBehind]).toEqual([1, true]);
  });

  test('all share one sync when that takes longer than they do', async () => {
    const log = await syncsOf(200, 1);
    log.end(null);
    await settled();
    expect([log.syncs, log.commit.isBehind]).toEqual([1, false]);
  });
});
