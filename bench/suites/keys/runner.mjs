/** What one contender of a suite of calls does in its process: what it tells apart, and its calls in one scenario. */
import { randomNumbers, zipfRanks } from '../random.mjs';
import { pairs } from './pairs.mjs';

const ENTRIES = 1000;
/** Calls whose arguments are made before the clock starts. */
const CALLS = 4000;

const named = (list, wanted) => list.find(({ name }) => name === wanted);

/** `check` and `prepare` for contenders and scenarios such as those of the suites `keys` and `hit`. */
export const runnerOf = (contenders, scenarios) => ({
  check: (name, library) => check(named(contenders, name), library),
  prepare: (scenario, name, library) => prepare(named(scenarios, scenario), named(contenders, name), library),
});

/** Which pairs of calls it takes for the same and they are not, or the other way round. No answer is a wrong one. */
async function check({ make, isChecked = true }, library) {
  if (!isChecked) return { of: 0, wrong: [] };
  const wrong = [];
  for (const [what, one, other, isSame] of pairs) {
    let loads = 0;
    // Numbers and not identity: some give each caller a copy.
    const find = await make({ load: () => ({ id: loads++ }), parameters: ['first', 'second'].slice(0, one.length) }, library);
    try {
      if (((await find(...one)).id === (await find(...other)).id) !== isSame) wrong.push(what);
    } catch (error) {
      wrong.push(`${what} (${error.message.split('\n')[0]})`);
    }
  }
  return { of: pairs.length, wrong };
}

/** Fills it with entries, and gives what makes a batch of calls that hit. */
async function prepare(scenario, contender, library) {
  const { entry, again, fresh = (value) => value, parameters } = scenario;
  const isFloor = contender.role === 'floor';
  let loads = 0;
  const load = scenario.isAsync ? async () => ({ id: loads++ }) : () => ({ id: loads++ });
  const find = await contender.make({ load, parameters, scenario }, library);
  const keyAtHand = (index) => {
    const args = entry(index);
    return args.length === 1 && typeof args[0] !== 'object' ? args[0] : keys[index];
  };
  const keys = Array.from({ length: ENTRIES }, (_, index) => `entry-${index * 7919}`);
  const withFresh = ([one, ...rest]) => (scenario.fresh === undefined ? [one, ...rest] : [fresh(one), ...rest]);
  for (let index = 0; index < ENTRIES; index++) {
    const args = withFresh(entry(index));
    if (isFloor) await find.store(args.length === 1 && typeof args[0] !== 'object' ? args[0] : keys[index], args);
    else await find(...args);
  }
  let hits = 0;
  for (let index = 0; index < ENTRIES; index++) {
    const args = isFloor ? [keyAtHand(index)] : again(index, index + 1);
    if ((await find(...withFresh(args)))?.id === index) hits++;
  }
  let calls = [];
  let turn = 0;
  const ranks = scenario.isZipf ? zipfRanks(ENTRIES, 0.99, CALLS, randomNumbers(1)) : undefined;
  const before = () => {
    calls = Array.from({ length: CALLS }, (_, place) => {
      // Every entry as often as the others, none beside its neighbour.
      const index = ((ranks?.[place] ?? place) * 389) % ENTRIES;
      return isFloor ? [keyAtHand(index)] : again(index, turn++);
    });
  };
  before();
  const isAwaited = scenario.isAsync || contender.isAwaited;
  const loop = isAwaited
    ? asyncLoop(entry(0).length, fresh)
    : scenario.fresh !== undefined
      ? freshLoop(fresh)
      : isFloor || entry(0).length === 1
        ? loopOfOne
        : loopOfThree;
  return { mark: hits === ENTRIES ? undefined : 'misses', before, batch: (count) => loop(find, calls, count) };
}

function loopOfOne(find, calls, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += find(calls[next][0]).id;
    if (++next === calls.length) next = 0;
  }
  return sum;
}

/** Awaits each call: of an async method, or of those who answer with promises whatever the method does. */
const asyncLoop = (length, fresh) => async (find, calls, count) => {
  const ask = length === 1 ? (args) => find(fresh(args[0])) : (args) => find(args[0], args[1], args[2]);
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += (await ask(calls[next])).id;
    if (++next === calls.length) next = 0;
  }
  return sum;
};

function loopOfThree(find, calls, count) {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    const args = calls[next];
    sum += find(args[0], args[1], args[2]).id;
    if (++next === calls.length) next = 0;
  }
  return sum;
}

const freshLoop = (fresh) => (find, calls, count) => {
  let sum = 0;
  for (let done = 0, next = 0; done < count; done++) {
    sum += find(fresh(calls[next][0])).id;
    if (++next === calls.length) next = 0;
  }
  return sum;
};
