/**
 * Every open journal of the process: one timer and one exit hook serve them all.
 */
import { repeat } from '../clock.js';

interface OpenJournal {
  tick(): void;
  closeNow(): void;
}

const journals = new Set<OpenJournal>();
let stopTimer: (() => void) | undefined;

/** Bytes are synced this often in the mode `interval`, and uses are written this often in every mode, in milliseconds. */
const TICK_MS = 1000;

const closeAll = (): void => {
  for (const journal of [...journals]) journal.closeNow();
};

/** The set of open journals. The timer never keeps the process alive; the hook runs on every exit but a kill, and closes them in order. */
export const openJournals = {
  add(journal: OpenJournal): void {
    if (journals.size === 0) {
      stopTimer = repeat(TICK_MS, () => {
        for (const open of [...journals]) open.tick();
      });
      process.on('exit', closeAll);
    }
    journals.add(journal);
  },

  closeAll,

  delete(journal: OpenJournal): void {
    if (!journals.delete(journal) || journals.size > 0) return;
    stopTimer?.();
    process.off('exit', closeAll);
  },
};
