/**
 * The registry of one application: nothing of it is read from disk before the application has opened it.
 */
import { CacheRegistry, type OpenOptions, type OpenReport, ScrubjayError } from '../../index.js';

export class ApplicationRegistry extends CacheRegistry {
  #isOpened = false;

  override async open(options?: OpenOptions): Promise<OpenReport[]> {
    this.#isOpened = true;
    return super.open(options);
  }

  override async close(): Promise<void> {
    this.#isOpened = true;
    await super.close();
  }

  /** @throws SCRUBJAY_NOT_OPEN before the application is initialized */
  expectOpened(name: string): void {
    if (!this.#isOpened) throw notOpen(name);
  }
}

/** A cache on disk is used before the application is initialized. */
export function notOpen(name: string): ScrubjayError {
  return new ScrubjayError(
    'SCRUBJAY_NOT_OPEN',
    `${name} is kept on disk, and was used before its application has opened its caches: ScrubjayModule does that when the application is initialized. ` +
      'Use it in onModuleInit or later, and not in a constructor; where you make the application yourself, as in tests, say await app.init() first, or app.listen().',
  );
}
