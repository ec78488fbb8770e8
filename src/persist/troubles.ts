/**
 * What a journal says when something goes wrong: what was wanted, what was found, what to do.
 */
import { ScrubjayError } from '../errors.js';
import type { RecoveryReport } from './recovery.js';
import type { LogOwner } from './session-file.js';

export const diskFailed = ({ cacheName, directory }: LogOwner, cause: unknown): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_DISK_FAILED',
    `${cacheName}: the disk failed in ${directory} (${String(cause)}). Calls are answered as before, new entries are in memory only until the disk takes them.`,
    { cause },
  );

export const compactionFailed = ({ cacheName, directory }: LogOwner, cause: unknown): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_COMPACTION_FAILED',
    `${cacheName}: the logs in ${directory} could not be compacted (${String(cause)}). Nothing is lost, the directory grows; it is tried again when it has doubled.`,
    { cause },
  );

export const logDamaged = ({ cacheName }: LogOwner, { damage, droppedEntries }: RecoveryReport): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_LOG_DAMAGED',
    `${cacheName}: ${damage.map(({ path, offset, what }) => `${path}: ${what} at byte ${offset}`).join('; ')}. ` +
      `${droppedEntries} entries that were there before are loaded anew, because what is lost may have deleted or replaced them; everything else was recovered. ` +
      'The damaged files are kept in the folder quarantine. Look after the disk.',
  );

export const directoryBusy = ({ cacheName, directory }: LogOwner, holder: string): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_DIRECTORY_BUSY',
    `${cacheName}: ${directory} is held by ${holder}, so this cache runs in memory only. Give each process a directory of its own ` +
      "(directory: '.scrubjay/{worker}'), close the other one first, or say onLocked: 'memory' if that is as it should be.",
  );

export const directoryLost = ({ cacheName, directory }: LogOwner, holder: string): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_DIRECTORY_BUSY',
    `${cacheName}: ${directory} was removed, moved or shared while this cache had it open, and belongs to ${holder} now. From here on this cache runs in memory only. ` +
      "Give each process a directory of its own (directory: '.scrubjay/{worker}'), and leave it alone while the process runs.",
  );

export const valueRefused = ({ cacheName }: LogOwner, cause: unknown): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_VALUE_REFUSED',
    `${cacheName}: a result stays in memory only, because ${nameTheCall(cause instanceof Error ? cause.message : String(cause), cacheName)} Further ones are counted, not reported.`,
    { cause },
  );

/** Drivers do not know whose value they write, and call it `(…)`: for `Users.find` and `Users.find@Admins` that is `find(…)`. */
function nameTheCall(message: string, cacheName: string): string {
  const method = cacheName.replace(/(?<=.)@.*/, '').replace(/.*\.(?=.)/, '');
  return message.replace(/^(?:the value|\(…\))/, () => `${method}(…)`);
}

export const notDurable = ({ cacheName, directory }: LogOwner, state: string, cause: unknown): ScrubjayError =>
  new ScrubjayError(
    'SCRUBJAY_NOT_DURABLE',
    `${cacheName}: the change took place in memory but could not be written, because its journal in ${directory} is ${state}; ` +
      `what was there before may come back after a restart. ${state === 'closed' ? 'Make it before the registry is closed' : 'Mend the disk'}, or move the directory away before the next start.`,
    { cause },
  );
