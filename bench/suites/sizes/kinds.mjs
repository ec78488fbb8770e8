/** Kinds of values that services cache, made as a service gets them: parsed from JSON, or decoded from bytes. */

const parsed = (value) => JSON.parse(JSON.stringify(value));

class User {
  constructor(index) {
    this.id = `user-${index}`;
    this.age = index % 90;
    this.score = index + 0.5;
  }
}

function tree(index, depth) {
  const node = { id: index * 10 + depth, name: `node number ${index} at ${depth}`, tags: [index, index + 1, `tag number ${index}`], weight: index + 0.25 };
  return depth === 0 ? node : { ...node, children: Array.from({ length: 4 }, (_, child) => tree(index * 4 + child, depth - 1)) };
}

export const kinds = [
  { name: 'small object', count: 100_000, make: (index) => parsed({ id: index, name: `name of user ${index}`, isActive: true, score: index + 0.5 }) },
  { name: 'JSON tree of 10 KB', count: 800, make: (index) => parsed(tree(index, 3)) },
  { name: 'text of 1,000 letters', count: 15_000, make: (index) => Buffer.from(`${index} `.padEnd(1000, 'abc ')).toString('latin1') },
  { name: 'text of 1,000 letters beyond Latin-1', count: 8_000, make: (index) => Buffer.from(`${index} `.padEnd(1000, 'жук ')).toString('utf8') },
  { name: 'Buffer of 4 KB', count: 4_000, make: (index) => Buffer.alloc(4096, index) },
  { name: 'Buffer of 64 bytes, pooled', count: 80_000, make: (index) => Buffer.from(String(index).padEnd(64)) },
  {
    name: 'list of 100 objects',
    count: 1_500,
    make: (index) => parsed(Array.from({ length: 100 }, (_, each) => ({ id: index * 100 + each, name: `item ${each} of list ${index}` }))),
  },
  { name: '1,000 small integers', count: 2_000, make: (index) => parsed(Array.from({ length: 1000 }, (_, each) => each + (index % 7))) },
  { name: '1,000 doubles', count: 2_000, make: (index) => parsed(Array.from({ length: 1000 }, (_, each) => each + 0.5 + index)) },
  { name: 'Map of 200 texts to numbers', count: 1_000, make: (index) => new Map(Array.from({ length: 200 }, (_, each) => [`key ${index} ${each}`, each])) },
  { name: 'Set of 200 numbers', count: 3_000, make: (index) => new Set(Array.from({ length: 200 }, (_, each) => index * 200 + each)) },
  { name: 'Date', count: 150_000, make: (index) => new Date(1.7e12 + index) },
  {
    name: 'dictionary of 500 names',
    count: 300,
    make: (index) => parsed(Object.fromEntries(Array.from({ length: 500 }, (_, each) => [`name-${index}-${each}`, each]))),
  },
  { name: 'class instance', count: 150_000, make: (index) => new User(index) },
  { name: 'Float64Array of 100', count: 15_000, make: (index) => new Float64Array(100).fill(index) },
  {
    name: '1,000 texts of very different length',
    count: 60,
    make: (index) => parsed(Array.from({ length: 1000 }, (_, each) => 'x'.repeat((each * 7919 + index) % 400))),
  },
  {
    name: '200 small objects and a text of 50 KB',
    count: 250,
    make: (index) => parsed([...Array.from({ length: 200 }, (_, each) => ({ id: each, at: index })), 'y'.repeat(50_000)]),
  },
  { name: 'number', count: 700_000, make: (index) => index + 0.5 },
  { name: 'bigint', count: 500_000, make: (index) => 2n ** 60n + BigInt(index) },
];
