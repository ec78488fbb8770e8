/** The suite `compaction`: `load.mjs` does the work. */
export const suite = {
  name: 'compaction',
  title: 'stalls of the event loop and the size of the directory while 1,000,000 entries (100,000 with --quick) are put and then replaced at random',
  figures: ['longest stall, ms', 'replacing', 'longest GC', 'stalls > 20 ms', '99.9 %', 'ms per 1,000 puts', 'compactions', 'bytes ÷ live'],
  ratios: ['longest stall, ms'],
  contenders: [
    { name: 'memory only', role: 'floor' },
    { name: 'jsonl, never compacted', role: 'beside' },
    { name: 'jsonl', role: 'ours' },
    { name: 'msgpack', role: 'ours' },
  ],
  module: new URL('./load.mjs', import.meta.url).href,
};
