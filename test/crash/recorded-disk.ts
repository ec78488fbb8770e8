/**
 * A disk in memory that knows what a power cut would leave of it, as strictly as POSIX allows: of bytes that were not synced any sector may be kept or
 * zeros, or the file may be shorter; a name that was made or removed since the last sync of its directory may be there or not, each for itself.
 * What was synced stays. Bytes whose sync failed never become durable, whatever later syncs say.
 */
import { dirname } from 'node:path';
import type { FileSystem } from '../../src/persist/file-system';

const SECTOR_BYTES = 512;

export type Call = Exclude<keyof FileSystem, 'lockDirectory'>;
/** What a call meets: an error with a code; or, for a write, that only half of the bytes are taken. */
export type Fault = 'EIO' | 'ENOSPC' | 'EMFILE' | 'half';

/** Bytes from `from` to `to` that a power cut may take. */
interface Unsafe {
  readonly from: number;
  readonly to: number;
  isDoomed: boolean;
}

interface StoredFile {
  bytes: Buffer;
  unsafe: Unsafe[];
}

type Stored = StoredFile | 'directory';

/** What lies on a disk without power, by path. */
export type Image = ReadonlyMap<string, Buffer | 'directory'>;

const failure = (code: string, call: string): Error => Object.assign(new Error(`${code}: ${call}`), { code });

export class RecordedDisk {
  /** Asked before each call: what it meets. */
  onCall: (call: Call, path: string) => Fault | undefined = () => undefined;
  readonly files: FileSystem;
  #names = new Map<string, Stored>();
  /** What stands under each name that changed since its directory was synced, in the order in which it did. */
  #unsafeNames = new Map<string, (Stored | undefined)[]>();
  readonly #open = new Map<number, { readonly path: string; readonly stored: Stored }>();
  #lastDescriptor = 1_000_000;
  #syncs: { readonly path: string; readonly end: () => void }[] = [];

  /** An empty disk, or one that was cut from its power and has it again. */
  constructor(image: Image = new Map()) {
    for (const [path, content] of image) this.#names.set(path, content === 'directory' ? content : { bytes: Buffer.from(content), unsafe: [] });
    this.files = this.#fileSystem();
  }

  /** Whether a sync of a file whose name begins so is under way. */
  isSyncing(beginning: string): boolean {
    return this.#syncs.some(({ path }) => path.slice(path.lastIndexOf('/') + 1).startsWith(beginning));
  }

  /** Ends the syncs that are under way. */
  endSyncs(): void {
    for (const { end } of this.#syncs.splice(0)) end();
  }

  /** The process that used it has died: the system closes its files, and nobody waits for a sync. */
  loseProcess(): void {
    this.#syncs = [];
    this.#open.clear();
  }

  /** What is there as long as the power is. */
  get image(): Image {
    return new Map(Array.from(this.#names, ([path, stored]) => [path, stored === 'directory' ? stored : stored.bytes]));
  }

  /** What a power cut now may leave. */
  powerCut(roll: () => number): Image {
    const left = new Map<string, Buffer | 'directory'>();
    const nameLoss = oneOf([0, 0.5, 1], roll);
    const byteLoss = oneOf([0, 0.3, 1], roll);
    for (const path of new Set([...this.#names.keys(), ...this.#unsafeNames.keys()])) {
      const states = this.#unsafeNames.get(path);
      const stored = states === undefined || roll() >= nameLoss ? this.#names.get(path) : oneOf(states, roll);
      if (stored !== undefined) left.set(path, stored === 'directory' ? stored : survivor(stored, byteLoss, roll));
    }
    const isReachable = (path: string): boolean => path === '/' || (left.has(path) && isReachable(dirname(path)));
    return new Map([...left].filter(([path]) => isReachable(path)));
  }

  #fileSystem(): FileSystem {
    const calls = {
      mkdirSync: (path: string) => this.#makeDirectory(path),
      readdirSync: (path: string) => {
        if (this.#at(path) !== 'directory') throw failure('ENOENT', path);
        return [...this.#names.keys()].filter((each) => dirname(each) === path && each !== path).map((each) => each.slice(each.lastIndexOf('/') + 1));
      },
      openSync: (path: string, flags: string) => {
        if (flags === 'ax') this.#create(path);
        else if (flags !== 'r' && flags !== 'r+') throw new Error(`this disk does not know the flags ${flags}`);
        const stored = this.#at(path);
        if (stored === undefined) throw failure('ENOENT', path);
        this.#open.set(++this.#lastDescriptor, { path, stored });
        return this.#lastDescriptor;
      },
      closeSync: (descriptor: number) => {
        if (!this.#open.delete(descriptor)) throw failure('EBADF', 'closeSync');
      },
      fstatSync: (descriptor: number) => ({ size: this.#file(descriptor).bytes.length }),
      readSync: (descriptor: number, into: Buffer, offset: number, length: number, position: number) =>
        this.#file(descriptor).bytes.copy(into, offset, position, position + length),
      writeSync: (descriptor: number, from: Uint8Array, offset: number, length: number) => {
        const file = this.#file(descriptor);
        const start = file.bytes.length;
        file.bytes = Buffer.concat([file.bytes, from.subarray(offset, offset + length)]);
        file.unsafe.push({ from: start, to: file.bytes.length, isDoomed: false });
        return length;
      },
      fdatasyncSync: (descriptor: number) => syncOf(this.#file(descriptor)).succeeds(),
      fsyncSync: (descriptor: number) => {
        const directory = this.#open.get(descriptor)?.path;
        for (const path of this.#unsafeNames.keys()) if (dirname(path) === directory) this.#unsafeNames.delete(path);
      },
      unlinkSync: (path: string) => {
        if (this.#at(path) === undefined) throw failure('ENOENT', path);
        this.#rename(path, undefined);
      },
      renameSync: (from: string, to: string) => {
        const stored = this.#at(from);
        if (stored === undefined) throw failure('ENOENT', from);
        this.#rename(to, stored);
        this.#rename(from, undefined);
      },
    } satisfies Record<Exclude<Call, 'fdatasync'>, unknown>;
    const watched = Object.entries(calls).map(([name, call]) => [name, (...args: never[]) => this.#meet(name as Call, call as never, args)]);
    return { ...Object.fromEntries(watched), fdatasync: (descriptor: number, done: (error: Error | null) => void) => this.#beginSync(descriptor, done) };
  }

  #meet(call: Call, work: (...args: unknown[]) => unknown, args: readonly unknown[]): unknown {
    const fault = this.onCall(call, this.#pathOf(args[0]));
    if (fault === undefined) return work(...args);
    if (call === 'writeSync' && fault === 'half') return work(args[0], args[1], args[2], (args[3] as number) >> 1);
    // As Linux does: a close that fails has closed all the same.
    if (call === 'closeSync') work(...args);
    if (call === 'fdatasyncSync') syncOf(this.#file(args[0] as number)).fails();
    throw failure(fault, call);
  }

  #beginSync(descriptor: number, done: (error: Error | null) => void): void {
    const path = this.#pathOf(descriptor);
    const fault = this.onCall('fdatasync', path);
    const sync = syncOf(this.#file(descriptor));
    const end = (): void => {
      if (fault === undefined) sync.succeeds();
      else sync.fails();
      done(fault === undefined ? null : failure(fault, 'fdatasync'));
    };
    this.#syncs.push({ path, end });
  }

  #at(path: string): Stored | undefined {
    return path === '/' ? 'directory' : this.#names.get(path);
  }

  #pathOf(target: unknown): string {
    return typeof target === 'number' ? (this.#open.get(target)?.path ?? '') : String(target);
  }

  #file(descriptor: number): StoredFile {
    const stored = this.#open.get(descriptor)?.stored;
    if (stored === undefined) throw failure('EBADF', 'a closed file');
    if (stored === 'directory') throw failure('EISDIR', 'a directory');
    return stored;
  }

  #create(path: string): void {
    if (this.#at(path) !== undefined) throw failure('EEXIST', path);
    if (this.#at(dirname(path)) !== 'directory') throw failure('ENOENT', path);
    this.#rename(path, { bytes: Buffer.alloc(0), unsafe: [] });
  }

  #makeDirectory(path: string): string | undefined {
    if (this.#at(path) === 'directory') return undefined;
    const first = this.#makeDirectory(dirname(path));
    this.#rename(path, 'directory');
    return first ?? path;
  }

  /** From now on something else stands under this name, or nothing. */
  #rename(path: string, stored: Stored | undefined): void {
    const before = this.#names.get(path);
    this.#unsafeNames.set(path, [...(this.#unsafeNames.get(path) ?? [before]), stored]);
    if (stored === undefined) this.#names.delete(path);
    else this.#names.set(path, stored);
  }
}

const oneOf = <T>(choices: readonly T[], roll: () => number): T => choices[Math.floor(roll() * choices.length)] as T;

/** A sync concerns what was written before it began. */
function syncOf(file: StoredFile): { readonly succeeds: () => void; readonly fails: () => void } {
  const concerned = [...file.unsafe];
  return {
    succeeds: () => {
      file.unsafe = file.unsafe.filter((range) => range.isDoomed || !concerned.includes(range));
    },
    fails: () => {
      for (const range of concerned) range.isDoomed = true;
    },
  };
}

/** What a power cut may leave of a file: each sector that is not safe is lost so often. */
function survivor({ bytes, unsafe }: StoredFile, loss: number, roll: () => number): Buffer {
  const left = Buffer.from(bytes);
  let solid = bytes.length;
  for (const { from, to } of [...unsafe].reverse()) {
    if (to === solid) solid = from;
    for (let at = from; at < to; ) {
      const next = Math.min(to, at - (at % SECTOR_BYTES) + SECTOR_BYTES);
      if (roll() < loss) left.fill(0, at, next);
      at = next;
    }
  }
  // The file may be shorter than what was written, but never than what is safe.
  return roll() < 0.5 ? left : left.subarray(0, solid + Math.floor(roll() * (bytes.length - solid + 1)));
}
