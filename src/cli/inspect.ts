/**
 * `scrubjay inspect`: what there is, how much of it, and how it is.
 */
import { now } from '../clock.js';
import { isGood } from './caches.js';
import { type Checkup, checkUp, isDamaged, lineOf } from './checkup.js';
import type { Command } from './command.js';
import { holderOf, holderText } from './holder.js';

export const inspect: Command = {
  usage: 'inspect DIR',
  summary: 'what each cache holds, how many bytes, how it is, and who has it open',
  details: 'Exit code 2 when a file is damaged.',
  async run(given) {
    let didFindDamage = false;
    for (const cache of given.target.caches) {
      const checkup = checkUp(cache, given.progress);
      didFindDamage ||= isDamaged(checkup);
      const facts = factsOf(checkup);
      await given.line(given.isJson ? JSON.stringify(facts) : describe(facts));
    }
    return didFindDamage ? 2 : 0;
  },
};

type Facts = ReturnType<typeof factsOf>;

function factsOf(checkup: Checkup) {
  const { cache, store, findings, records, diskBytes, liveBytes } = checkup;
  const moment = now();
  const begun = cache.files.flatMap(({ log }) => (isGood(log) ? [log.header.createdAt] : []));
  const written = cache.files.map(({ writtenAt }) => writtenAt);
  return {
    cache: cache.name,
    directory: cache.directory,
    driver: cache.driver?.name ?? null,
    signature: cache.header?.signature ?? null,
    version: cache.header?.version ?? null,
    durability: cache.header?.durability ?? null,
    entries: store?.size ?? 0,
    expired: store === undefined ? 0 : countOf(store.entries(), ({ expiresAt }) => expiresAt !== undefined && expiresAt <= moment),
    oldest: store?.at(0)?.key ?? null,
    newest: store?.at(-1)?.key ?? null,
    liveBytes,
    diskBytes,
    files: cache.files.length,
    records,
    beganAt: timeOf(begun.length === 0 ? undefined : Math.min(...begun)),
    writtenAt: timeOf(written.length === 0 ? undefined : Math.max(...written)),
    health: isDamaged(checkup) ? 'damaged' : (store?.recovery.report.outcome ?? 'empty'),
    findings,
    holder: holderOf(cache.directory),
  };
}

function countOf<T>(list: Iterable<T>, counts: (one: T) => boolean): number {
  let count = 0;
  for (const one of list) if (counts(one)) count++;
  return count;
}

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

function describe(facts: Facts): string {
  const rows: (readonly [string, string])[] = [
    ['directory', facts.directory],
    ['written by', facts.driver === null ? 'nobody yet' : `the driver ${facts.driver}, from ${facts.beganAt} to ${facts.writtenAt}`],
    ['keys', facts.signature ?? '-'],
    ['durability', facts.durability ?? '-'],
    ['entries', `${facts.entries}${facts.expired === 0 ? '' : `, ${facts.expired} of them past their time`}`],
    ['oldest', facts.oldest ?? '-'],
    ['newest', facts.newest ?? '-'],
    ['bytes', `${facts.liveBytes} live, ${facts.diskBytes} on disk in ${facts.files} files, ${facts.records} records`],
    ['health', HEALTH[facts.health] ?? facts.health],
    ['held by', holderText(facts.holder)],
  ];
  return [facts.cache, ...rows.map(([name, text]) => `  ${name.padEnd(12)}${text}`), ...facts.findings.map((finding) => `  ${lineOf(finding)}`)].join('\n');
}

const HEALTH: Readonly<Record<string, string>> = {
  empty: 'good; nothing was written yet',
  clean: 'good; the last session ended in order',
  unclean: 'good; the last session is under way, or did not end in order; nothing is missing',
  torn: 'good; the last record was cut off and will be dropped',
  'other-signature': 'good',
  damaged: 'DAMAGED; see "scrubjay verify" and "scrubjay repair"',
};
