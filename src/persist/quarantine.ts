/**
 * Where damaged files go when what is good in them was written anew: they are evidence, and are kept for whoever looks into it.
 */
import { basename, join } from 'node:path';
import { now } from '../clock.js';
import { type FileSystem, fileBytes } from './file-system.js';

const FOLDER = 'quarantine';
/** The newest ones are kept, up to so many and so many bytes; the very newest in any case. */
const MOST_FILES = 4;
const MOST_BYTES = 64 * 1024 * 1024;

export class Quarantine {
  readonly #files: FileSystem;
  readonly #folder: string;
  readonly #damaged: Set<string>;

  /** For the files at these paths, in `directory` or gone already. */
  constructor(files: FileSystem, directory: string, damaged: readonly string[]) {
    this.#files = files;
    this.#folder = join(directory, FOLDER);
    this.#damaged = new Set(damaged);
  }

  /** Takes the file in if it is one of the damaged. Gives whether it did. @throws what the file system throws */
  take(path: string): boolean {
    if (!this.#damaged.delete(path)) return false;
    this.#files.mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const moment = new Date(now()).toISOString().replaceAll(':', '-');
    this.#files.renameSync(path, join(this.#folder, `${moment}-${basename(path)}`));
    this.#makeRoom();
    return true;
  }

  #makeRoom(): void {
    const newestFirst = [...this.#files.readdirSync(this.#folder)].sort().reverse();
    let bytes = 0;
    for (const [count, name] of newestFirst.entries()) {
      const path = join(this.#folder, name);
      bytes += fileBytes(this.#files, path);
      if (count >= MOST_FILES || (count > 0 && bytes > MOST_BYTES)) this.#files.unlinkSync(path);
    }
  }

  /** Takes in all that are left. */
  takeAll(): void {
    for (const path of [...this.#damaged]) this.#takeIfThere(path);
  }

  #takeIfThere(path: string): void {
    try {
      this.take(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
