/**
 * Stands in for the kernel's lock where there is none: a file that says who the owner is. It appears whole or not at all (`link`), and only one
 * successor of a dead owner may ever remove it. Whether an owner lives is told by its process where that can be seen, and else by the time its file was
 * touched last.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, readlinkSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { now, repeat } from '../clock.js';

const BEAT_MS = 5000;
/** An owner out of sight that was silent for so long is dead. */
const SILENCE_MS = 15_000;

interface Owner {
  readonly nonce: string;
  readonly pid: number;
  /** When the process began, in the kernel's own measure; a number that is given to another process has another one. */
  readonly start: string;
  /** Which run of the system, and which view of its processes. */
  readonly world: string;
  readonly host: string;
  readonly since: string;
}

/** The place of the owner, as long as it is ours. */
export interface OwnerPlace {
  isOurs(): boolean;
  release(): void;
}

/** Takes the place of the owner; `undefined` if there is a living owner. */
export function takeOwnerFile(ownerPath: string): OwnerPlace | undefined {
  const me = myself();
  const mine = `${ownerPath}.${me.nonce}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600, flag: 'wx' });
  try {
    return isLinked(mine, ownerPath) || succeeds(mine, ownerPath) ? held(ownerPath, me) : undefined;
  } finally {
    unlinkSync(mine);
  }
}

/** Whether `mine` took the place of a dead owner. */
function succeeds(mine: string, ownerPath: string): boolean {
  const before = readOwner(ownerPath);
  if (before === undefined) return isLinked(mine, ownerPath);
  if (isAlive(before, ownerPath)) return false;
  const will = willOf(mine, ownerPath, before);
  if (will === undefined) return false;
  // Nobody else may remove the file of this owner; if another one stands there now, somebody came before us.
  if (readOwner(ownerPath)?.nonce === before.nonce) unlinkSync(ownerPath);
  const isOurs = isLinked(mine, ownerPath);
  unlinkSync(will);
  return isOurs;
}

/** The file that makes us the one successor of `dead`, or `undefined` if somebody else is; a successor that died has a successor, too. */
function willOf(mine: string, ownerPath: string, dead: Owner): string | undefined {
  const will = `${ownerPath}.after-${dead.nonce}`;
  if (isLinked(mine, will)) return will;
  const successor = readOwner(will);
  if (successor === undefined || isAlive(successor, will)) return undefined;
  const next = willOf(mine, ownerPath, successor);
  if (next !== undefined) unlinkSync(will);
  return next;
}

function held(ownerPath: string, me: Owner): OwnerPlace {
  const isOurs = (): boolean => readOwner(ownerPath)?.nonce === me.nonce;
  const stop = repeat(BEAT_MS, () => {
    const moment = new Date(now());
    if (isOurs()) utimesSync(ownerPath, moment, moment);
  });
  const release = (): void => {
    stop();
    if (isOurs()) unlinkSync(ownerPath);
  };
  return { isOurs, release };
}

function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner, path: string): boolean {
  if (owner.start !== '' && owner.world === world()) return owner.start === startOf(owner.pid);
  try {
    return now() - statSync(path).mtimeMs < SILENCE_MS;
  } catch {
    return false;
  }
}

const myself = (): Owner => ({
  nonce: randomUUID(),
  pid: process.pid,
  start: startOf(process.pid),
  world: world(),
  host: hostname(),
  since: new Date(now()).toISOString(),
});

const textOf = (read: () => string): string => {
  try {
    return read().trim();
  } catch {
    return '';
  }
};

const world = (): string =>
  `${hostname()} ${textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))} ${textOf(() => readlinkSync('/proc/self/ns/pid'))}`;

/** Empty for a process that is not there. The name of the program, in brackets, may hold blanks and brackets itself. */
const startOf = (pid: number): string =>
  textOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    .replace(/^.*\) /s, '')
    .split(' ')[19] ?? '';
