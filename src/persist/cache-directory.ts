/**
 * The directory of one cache.
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { realPath } from './file-system.js';
import { workerName } from './worker-name.js';

const LONGEST_NAME = 160;

/** Where the cache of that name lies below `parent`, in which `{worker}` stands for the number of the process or thread. Links are followed now, once and for all. */
export const cacheDirectory = (parent: string, name: string): string => realPath(resolve(parent.replaceAll('{worker}', workerName), directoryName(name)));

/** A name as the name of a directory: what file systems may not take is written as its bytes in hex, and a long one ends in its hash. */
function directoryName(name: string): string {
  const safe = Array.from(Buffer.from(name), (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.#-]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
  }).join('');
  const visible = safe.startsWith('.') ? `%2e${safe.slice(1)}` : safe;
  return visible.length <= LONGEST_NAME ? visible : `${visible.slice(0, 120)}~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
