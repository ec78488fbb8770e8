/**
 * Caches as a new process would find them, for each test.
 */
import { registries } from '../index.js';

/**
 * Empties every cache of the process, of every registry, and begins to count anew; limits are as declared, and no instance owns any entries. A load that is under way
 * answers its callers and is not stored. `beforeEach(() => freshCaches())` gives each test its own.
 *
 * Nothing on disk is read, changed or deleted: from then on persisted caches run in memory. With `directory` they are kept below it instead, whatever their options say,
 * so that a second call with the same directory is a restart: memory is gone, and what was on disk comes back.
 */
export async function freshCaches({ directory }: { readonly directory?: string } = {}): Promise<void> {
  await Promise.all(registries().map((registry) => registry.reset(directory)));
}
