/** One contender, in a process of its own: it answers what `measure.mjs` asks. */
const [module, contender, dist] = process.argv.slice(2);
const { check, prepare } = await import(module);
const library = dist === '' ? new URL('../../dist/', import.meta.url) : new URL(`file://${dist}/`);

let subject;
let operations = 1;
let clock;
/** Results go here, so that the compiler cannot leave out the work that made them. */
globalThis.blackhole = undefined;

const deeds = {
  check: () => check(contender, library),
  async prepare({ scenario, warmUpMs, sampleMs, byProcessor }) {
    clock = byProcessor ? processorTime : wallTime;
    subject = await prepare(scenario, contender, library);
    await warmUp(warmUpMs);
    await calibrate(sampleMs);
    return subject.mark;
  },
  async sample() {
    await subject.before?.(operations);
    // Only the young generation: a full collection would throw away compiled code, too.
    globalThis.gc?.({ type: 'minor' });
    const elapsed = await timed(operations);
    return (elapsed * 1e6) / operations;
  },
};

async function timed(count) {
  const begin = clock();
  globalThis.blackhole = await subject.batch(count);
  return clock() - begin;
}

// Both in milliseconds. That of the processor counts all threads of this process, and nobody else's.
const wallTime = () => performance.now();
function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

async function warmUp(milliseconds) {
  const { warmUpCount = 2000 } = subject;
  const end = performance.now() + milliseconds;
  while (performance.now() < end) {
    await subject.before?.(warmUpCount);
    await timed(warmUpCount);
  }
}

/** Finds how many operations take as long as a sample should. */
async function calibrate(milliseconds) {
  for (;;) {
    const elapsed = await leastOf(3, milliseconds / 4);
    if (elapsed >= milliseconds / 4) {
      operations = Math.max(1, Math.round((operations * milliseconds) / elapsed));
      return;
    }
    operations *= 2;
  }
}

/** Up to so many tries: that others ran in between must not pass for slowness. */
async function leastOf(tries, enough) {
  let least = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < tries && least >= enough; tried++) {
    await subject.before?.(operations);
    least = Math.min(least, await timed(operations));
  }
  return least;
}

// Whoever has timers of its own would stay.
process.on('disconnect', () => process.exit());
process.on('message', async ({ deed, ...question }) => {
  try {
    process.send({ value: await deeds[deed](question) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
