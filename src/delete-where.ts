/**
 * Invalidation by named parameter: every entry whose key has a part, whatever its other parts are.
 */
import { placeLabel } from './changes.js';
import { ScrubjayError } from './errors.js';
import type { Removal } from './gathering.js';
import type { KeyRule } from './key/call-key.js';
import { isPartName, mayHave, partNames, scopePart, type WantedPart, wantedPart } from './key/key-parts.js';
import { describe } from './kinds.js';
import type { MethodCache } from './method-cache.js';
import type { Table } from './tables.js';

/** Whose entries are meant, where not those of all instances are. */
interface Owner {
  readonly self: unknown;
  readonly table: Table;
}

/** A removal that can tell beforehand which entries would go. */
interface DeletionWhere extends Removal<number> {
  /** How many fresh ones there are. */
  foresee(): number;
}

/**
 * Removes the entries of an open cache whose keys may have all of these parts, and fences off the loads under way of such keys. Gives how many fresh entries went.
 * @throws SCRUBJAY_BAD_KEY_NAME, SCRUBJAY_BAD_OPTION, SCRUBJAY_KEY_REFUSED
 */
export function deletionWhere(cache: MethodCache, parts: Readonly<Record<string, unknown>>, owner?: Owner): DeletionWhere {
  const { entries, tables, settings } = cache;
  const { rule, name } = settings;
  const wanted = wantedParts(rule, parts, name);
  if (owner !== undefined && rule.scope !== undefined) wanted.push(scopePart(rule, owner.self));
  const concerned: ReadonlySet<object> & Iterable<Table> = owner === undefined ? tables.all : new Set([owner.table]);
  const isMeant = (key: string): boolean => mayHave(rule, key, wanted);
  const { keys } = entries;
  const slots = (): number[] =>
    Array.from(keys.index?.slotsOf(wanted) ?? entries.slots()).filter((slot) => concerned.has(keys.tableOf(slot)) && isMeant(keys.wholeTextOf(slot)));
  return {
    cache,
    label: `${placeLabel(owner === undefined ? 'all' : [owner.table])} ${JSON.stringify(wanted)}`,
    slots,
    foresee: () => slots().filter((slot) => entries.isFresh(slot)).length,
    touches: (table, text) => concerned.has(table) && isMeant(text),
    carryOut: () => {
      for (const table of concerned) {
        for (const text of table.keysInUse()) if (isMeant(text)) table.fence({ text });
        table.puts.fenceWhere(isMeant);
      }
      return entries.removals.deleteAll(slots());
    },
  };
}

function wantedParts(rule: KeyRule, parts: unknown, cacheName: string): WantedPart[] {
  const where = `deleteWhere of ${cacheName}`;
  const isRecord = typeof parts === 'object' && parts !== null && !Array.isArray(parts);
  if (!isRecord || Object.keys(parts).length === 0) {
    throw new ScrubjayError(
      'SCRUBJAY_BAD_OPTION',
      `${where} takes an object with a part of the keys or more, such as { id: 'u1' }; got ${describe(parts)}. To remove everything, use clear().`,
    );
  }
  expectParts(rule, Object.keys(parts), where);
  return Object.entries(parts).map(([name, value]) => wantedPart(rule, name, value));
}

/**
 * Refuses names that no part of a key has.
 * @throws SCRUBJAY_BAD_KEY_NAME
 */
export function expectParts(rule: KeyRule, names: readonly string[], where: string): void {
  const unknown = names.find((name) => !isPartName(rule, name));
  if (unknown === undefined) return;
  const known = partNames(rule);
  const advice = known.length === 0 ? 'keys have no named parts here: name the parameters with @Key or params' : `use one of ${known.join(', ')}`;
  throw new ScrubjayError('SCRUBJAY_BAD_KEY_NAME', `${where}: keys have no part named ${JSON.stringify(unknown)}; ${advice}.`);
}
