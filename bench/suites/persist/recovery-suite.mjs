/** The suite `persist-recovery`: `recovery.mjs` does the work. */
export const suite = {
  name: 'persist-recovery',
  title: 'opening 1,000,000 records of about 200 bytes (100,000 with --quick), against reading their lines with JSON.parse',
  figures: ['ms', 'longest block, ms', 'peak, MiB'],
  ratios: ['ms'],
  setUp: ['write jsonl', 'write msgpack'],
  contenders: [
    { name: 'JSON.parse', role: 'floor' },
    { name: 'JSON.parse, into a Map', role: 'beside' },
    { name: 'open jsonl', role: 'ours' },
    { name: 'open msgpack', role: 'ours' },
    { name: 'open jsonl, at a call', role: 'ours' },
  ],
  module: new URL('./recovery.mjs', import.meta.url).href,
};
