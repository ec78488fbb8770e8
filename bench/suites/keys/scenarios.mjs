/**
 * What the calls of the suite `keys` look like. `entry(i)` gives the arguments that entry `i` is stored under,
 * `again(i, turn)` those of a later call for it: equal, and new objects.
 */
const same = (entry) => ({ entry, again: entry });

const ids = Array.from({ length: 1000 }, (_, index) => `user-${String(index * 7919).padStart(8, '0')}`);
const hexIds = Array.from({ length: 1000 }, (_, index) => (index * 2_654_435_761).toString(16).padStart(12, '0'));

/** The properties of `value` in another order for each turn. */
function turned(value, turn) {
  const entries = Object.entries(value);
  const start = turn % entries.length;
  return Object.fromEntries([...entries.slice(start), ...entries.slice(0, start)]);
}

const flat = (index) => ({ status: 'open', take: 20, skip: index * 20, sortBy: 'created', descending: index % 2 === 0 });

const nested = (index) => ({
  where: { status: 'open', owner: { id: ids[index], team: 'billing', active: true }, total: { from: 100, to: 5000 + index } },
  include: ['lines', 'customer', 'payments'],
  page: {
    take: 50,
    skip: index * 50,
    sort: [
      { field: 'created', order: 'desc' },
      { field: 'total', order: 'asc' },
    ],
  },
  locale: 'en-GB',
  currency: 'EUR',
});

const numbers = (index) => Array.from({ length: 20 }, (_, place) => index * 31 + place * 7);

export const scenarios = [
  { name: 'one string', parameters: ['id'], ...same((index) => [ids[index]]), byHand: (id) => `find:${id}` },
  {
    name: 'fresh string',
    parameters: ['id'],
    ...same((index) => [hexIds[index]]),
    /** Made within the time that is taken, for everybody: a string that nobody has looked at, in one piece as an id that comes over a network. */
    fresh(id) {
      const text = `user-${id}`;
      // Reading a character makes one piece of what was put together.
      return text.charCodeAt(7) === 0 ? '' : text;
    },
    byHand: (id) => `find:${id}`,
  },
  { name: 'one number', parameters: ['id'], ...same((index) => [index * 13 + 100_000]), byHand: (id) => `find:${id}` },
  {
    name: 'three primitives',
    parameters: ['id', 'page', 'isDraft'],
    ...same((index) => [ids[index], index % 10, index % 2 === 0]),
    byHand: (id, page, isDraft) => `${id}|${page}|${isDraft}`,
  },
  {
    name: 'flat object',
    parameters: ['query'],
    entry: (index) => [flat(index)],
    again: (index, turn) => [turned(flat(index), turn)],
    byHand: ({ status, take, skip, sortBy, descending }) => `${status}|${take}|${skip}|${sortBy}|${descending}`,
  },
  {
    name: 'nested object',
    parameters: ['query'],
    ...same((index) => [nested(index)]),
    byHand: ({ where: { status, owner, total }, include, page, locale, currency }) =>
      `${status}|${owner.id}|${owner.team}|${owner.active}|${total.from}|${total.to}|${include.join()}|` +
      `${page.take}|${page.skip}|${page.sort.map(({ field, order }) => `${field} ${order}`).join()}|${locale}|${currency}`,
  },
  { name: 'array of 20', parameters: ['ids'], ...same((index) => [numbers(index)]), byHand: (list) => list.join() },
  {
    name: 'rest of 3',
    parameters: ['...tags'],
    ...same((index) => [ids[index], 'open', ids[999 - index]]),
    byHand: (...tags) => tags.join('|'),
  },
];
