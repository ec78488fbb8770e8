/**
 * Opens caches together.
 */
import type { MethodCache } from './method-cache.js';
import type { RecoveryReport } from './persist/recovery.js';
import type { RecoveryProgress } from './persist/recovery-source.js';

/** How `open` is to be done. */
export interface OpenOptions {
  /** Called for each piece that was read, about a megabyte. When it throws, it is not called again, and `open` throws that when everything is open. */
  readonly onProgress?: (progress: OpenProgress) => void;
}

/** How far the opening of one cache has come. */
export interface OpenProgress extends RecoveryProgress {
  readonly name: string;
}

/** What opening one persisted cache found. */
export interface OpenReport {
  readonly name: string;
  /** `undefined` when the directory could not be read; then `stats()` has the error. */
  readonly recovery: RecoveryReport | undefined;
}

/**
 * Recovers `caches` side by side.
 * @throws SCRUBJAY_DIRECTORY_BUSY when another process holds the directory of one that does not say `onLocked: 'memory'`; all others are open then.
 */
export async function openTogether(caches: readonly MethodCache[], { onProgress }: OpenOptions): Promise<OpenReport[]> {
  const tell = new Telling(onProgress);
  await Promise.all(caches.map((cache) => cache.open((progress) => tell.progress({ name: cache.settings.name, ...progress }))));
  tell.throwWhatWasThrown();
  const lockedOut = caches.find(({ entries: { journal } }) => journal?.options.onLocked === 'error' && journal.lastError?.code === 'SCRUBJAY_DIRECTORY_BUSY');
  if (lockedOut !== undefined) throw lockedOut.entries.journal?.lastError;
  return caches.map((cache) => ({ name: cache.settings.name, recovery: cache.entries.journal?.recovery }));
}

/** Tells an application of progress; its errors must not end a recovery. */
class Telling {
  #listener: OpenOptions['onProgress'];
  #error: { readonly thrown: unknown } | undefined;

  constructor(listener: OpenOptions['onProgress']) {
    this.#listener = listener;
  }

  progress(progress: OpenProgress): void {
    try {
      this.#listener?.(progress);
    } catch (thrown) {
      this.#listener = undefined;
      this.#error = { thrown };
    }
  }

  throwWhatWasThrown(): void {
    if (this.#error !== undefined) throw this.#error.thrown;
  }
}
