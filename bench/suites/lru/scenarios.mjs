/** What is asked of a bounded map: keys, capacity, and what is done. Quick runs leave out some deeds of the larger capacities. */
const kinds = ['text', 'integer'];
const capacities = { '1 k': 1000, '100 k': 100_000, '1 M': 1_000_000 };
const deeds = ['hit', 'miss', 'update', 'evict', 'zipf'];

export const scenarios = kinds.flatMap((kind) =>
  Object.entries(capacities).flatMap(([size, capacity]) =>
    deeds.map((deed) => ({
      name: `${kind} ${size} ${deed}`,
      kind,
      capacity,
      deed,
      isSlow: capacity === 1_000_000 || (capacity === 100_000 && ['miss', 'update', 'zipf'].includes(deed)),
    })),
  ),
);
