/** File systems that fail, fill up or wait, each call of which is counted. */
import { type FileSystem, realFileSystem } from '../../src/persist/file-system';

const { lockDirectory: _, ...unlocked } = realFileSystem;

/** The real one, but for syncs and locks: nobody cuts the power here, no other process comes, and the tests would wait for both. */
export const unsyncedFileSystem: FileSystem = {
  ...unlocked,
  fsyncSync: () => undefined,
  fdatasyncSync: () => undefined,
  fdatasync: ((_descriptor: number, done: (error: Error | null) => void): void => void setImmediate(done, null)) as FileSystem['fdatasync'],
};

type Call = keyof FileSystem;
/** `EIO`, `ENOSPC`: the call throws. `short`: a write takes half of the bytes, and the next one throws. `unsaid`: it takes half and says so, and all goes on well. */
export type Fault = 'EIO' | 'ENOSPC' | 'short' | 'unsaid';

export interface FaultySystem {
  readonly files: FileSystem;
  /** Every call so far, in order. */
  readonly calls: Call[];
  /** The calls since the journal met the fault that were about the same file. */
  readonly afterwards: Call[];
}

/** A file system that works until its call number `failAt` (from 1), which meets `fault`. */
export function faultySystem(failAt = 0, fault: Fault = 'EIO'): FaultySystem {
  const calls: Call[] = [];
  const afterwards: Call[] = [];
  let isFull = false;
  let failed: unknown;
  const failure = (file: unknown): Error => {
    if (typeof file === 'number') failed = file;
    const code = fault === 'EIO' ? 'EIO' : 'ENOSPC';
    return Object.assign(new Error(`${code}: planted`), { code });
  };
  const meet = (call: Call, file: unknown): boolean => {
    calls.push(call);
    if (failed !== undefined && file === failed) afterwards.push(call);
    // Its number may be another file's from now on.
    if (call === 'closeSync' && file === failed) failed = undefined;
    return calls.length === failAt;
  };
  const files = Object.fromEntries(
    (['openSync', 'closeSync', 'readSync', 'fstatSync', 'readdirSync', 'mkdirSync', 'fsyncSync', 'fdatasyncSync', 'unlinkSync', 'renameSync'] as const).map(
      (call) => [
        call,
        (...args: never[]): unknown => {
          if (meet(call, args[0])) {
            // As Linux does: a close that fails has closed all the same.
            if (call === 'closeSync') realFileSystem.closeSync(...(args as unknown as [number]));
            throw failure(call === 'closeSync' ? undefined : args[0]);
          }
          return (unsyncedFileSystem[call] as (...args: never[]) => unknown)(...args);
        },
      ],
    ),
  ) as unknown as FileSystem;
  return {
    calls,
    afterwards,
    files: {
      ...files,
      writeSync: ((descriptor: number, bytes: Uint8Array, from: number, length: number): number => {
        const isNow = meet('writeSync', descriptor);
        if (isFull || (isNow && (fault === 'EIO' || fault === 'ENOSPC'))) throw failure(descriptor);
        isFull = isNow && fault === 'short';
        return realFileSystem.writeSync(descriptor, bytes, from, isNow ? length >> 1 : length);
      }) as FileSystem['writeSync'],
      fdatasync: ((descriptor: number, done: (error: Error | null) => void): void => {
        if (meet('fdatasync', descriptor)) setImmediate(() => done(failure(descriptor)));
        else unsyncedFileSystem.fdatasync(descriptor, done);
      }) as FileSystem['fdatasync'],
    },
  };
}

/** A file system whose syncs end when the test says so. */
export class HandSyncedSystem {
  readonly files: FileSystem;
  /** Ends the sync under way, with an error if one is given. */
  readonly pending: ((error: Error | null) => void)[] = [];
  syncsNow = 0;

  constructor() {
    this.files = {
      ...unsyncedFileSystem,
      fdatasync: ((_descriptor: number, done: (error: Error | null) => void): void => void this.pending.push(done)) as FileSystem['fdatasync'],
      fdatasyncSync: () => void this.syncsNow++,
    };
  }

  end(failure: Error | null = null): void {
    const done = this.pending.shift();
    if (done === undefined) throw new Error('no sync is under way');
    done(failure);
  }
}
