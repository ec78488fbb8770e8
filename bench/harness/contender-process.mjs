/** One contender, in a process of its own: it answers what `measure.mjs` asks. */
const [module, contender, dist] = process.argv.slice(2);
const { check, prepare } = await import(module);
const library = dist === '' ? new URL('../../dist/', import.meta.url) : new URL(`file://${dist}/`);

let subject;
let operations = 1;
/** Results go here, so that the compiler cannot leave out the work that made them. */
globalThis.blackhole = undefined;

const deeds = {
  check: () => check(contender, library),
  async prepare({ scenario, warmUpMs, sampleMs }) {
    subject = await prepare(scenario, contender, library);
    await warmUp(warmUpMs);
    await calibrate(sampleMs);
    return subject.mark;
  },
  async sample() {
    subject.before?.();
    // Only the young generation: a full collection would throw away compiled code, too.
    globalThis.gc?.({ type: 'minor' });
    const elapsed = await timed(operations);
    return (elapsed * 1e6) / operations;
  },
};

async function timed(count) {
  const begin = performance.now();
  globalThis.blackhole = await subject.batch(count);
  return performance.now() - begin;
}

async function warmUp(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    subject.before?.();
    await timed(2000);
  }
}

/** Finds how many operations take as long as a sample should. */
async function calibrate(milliseconds) {
  for (;;) {
    subject.before?.();
    const elapsed = await timed(operations);
    if (elapsed >= milliseconds / 4) {
      operations = Math.max(1, Math.round((operations * milliseconds) / elapsed));
      return;
    }
    operations *= 2;
  }
}

process.on('message', async ({ deed, ...question }) => {
  try {
    process.send({ value: await deeds[deed](question) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
