/**
 * Who has a directory, asked without touching its lock: whoever tried the lock could keep a starting process out.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { LOCK_NAME } from '../persist/directory-lock.js';

/** As far as can be told from here. */
export interface Holder {
  /** `unknown` for a process on another machine, or one we may not look at. */
  readonly isHeld: boolean | 'unknown';
  /** Who holds it, or held it last; `undefined` where nobody did. */
  readonly who: string | undefined;
}

/** Who holds `directory`. */
export function holderOf(directory: string): Holder {
  const ownerFile = join(directory, `${LOCK_NAME}.owner`);
  const path = existsSync(ownerFile) ? ownerFile : join(directory, LOCK_NAME);
  try {
    const { pid, thread = 0, host, since } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; thread?: number; host: string; since: string };
    const who = `process ${pid}${thread === 0 ? '' : `, thread ${thread},`} on ${host}, since ${since}`;
    return { who, isHeld: host === hostname() ? hasOpen(pid, path) : 'unknown' };
  } catch {
    return { who: undefined, isHeld: false };
  }
}

/** A lock belongs to the open file. Only Linux shows which files a process has open; elsewhere a process that lives is taken for the holder. */
function hasOpen(pid: number, path: string): Holder['isHeld'] {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 'unknown' : false;
  }
  if (process.platform !== 'linux' || path.endsWith('.owner')) return true;
  try {
    const wanted = realpathSync(path);
    return readdirSync(`/proc/${pid}/fd`).some((descriptor) => linkOf(`/proc/${pid}/fd/${descriptor}`) === wanted);
  } catch {
    return 'unknown';
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** A holder in words. */
export const holderText = ({ isHeld, who }: Holder): string =>
  isHeld === true ? `${who}` : isHeld === 'unknown' ? `${who}, perhaps: it cannot be seen from here` : who === undefined ? 'nobody' : `nobody; last ${who}`;
