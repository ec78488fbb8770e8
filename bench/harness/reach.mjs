/** Whether what we want to reach is met: `suites/reach.mjs` says what that is. */

import { reach } from '../suites/reach.mjs';
import { medianOf, middleOf, table } from './report.mjs';

/** A line for each figure that was measured; empty when there is none. */
export function reached({ name }, look) {
  const rows = (reach[name] ?? []).flatMap(({ what, most, of }) => {
    const figure = of(look);
    if (figure === undefined || !Number.isFinite(figure)) return [];
    return [[what, text(figure), `at most ${text(most)}`, figure <= most ? 'met' : 'NOT met']];
  });
  return rows.length === 0 ? '' : `\n${table(rows)}\n`;
}

const text = (number) => (number < 10 ? number.toFixed(2) : Math.round(number).toLocaleString('en-US'));

/** How calls were measured. `floor`, `byHand`, `library`, `peer`, `fastestPeer` and what `named` gives say, for a scenario, which contender to compare with. */
export function lookAtCalls({ scenarios, contenders }) {
  const ours = contenders.find(({ role }) => role === 'ours');
  const ofRole = (wanted) => contenders.find(({ role }) => role === wanted);
  const fastest = (isWanted) => (scenario) =>
    contenders
      .filter((contender) => contender.role === 'peer' && isWanted(contender) && contender.cells[scenario].mark === undefined)
      .toSorted((one, other) => medianOf(one, scenario) - medianOf(other, scenario))[0];
  const ratio = (scenario, pick) => {
    const other = scenarios.includes(scenario) ? pick(scenario) : undefined;
    return other && medianOf(ours, scenario) / medianOf(other, scenario);
  };
  return {
    ratio,
    ratios: (pick) => scenarios.map((scenario) => ratio(scenario, pick) ?? Number.NaN),
    floor: () => ofRole('floor'),
    byHand: () => ofRole('by hand'),
    library: fastest(({ kind }) => kind === 'library'),
    peer: fastest(({ wrong }) => wrong.wrong.length === 0),
    fastestPeer: fastest(() => true),
    named: (name) => () => contenders.find((contender) => contender.name === name),
    beyondFloor: (scenario) => (scenarios.includes(scenario) ? medianOf(ours, scenario) - medianOf(ofRole('floor'), scenario) : undefined),
    growth: (large, small) => (scenarios.includes(large) && scenarios.includes(small) ? medianOf(ours, large) / medianOf(ours, small) : undefined),
  };
}

/** How whole runs were measured. */
export const lookAtRuns = (contenders) => ({
  figure(name, figure) {
    const rounds = contenders.find((contender) => contender.name === name)?.rounds;
    return rounds && middleOf(rounds.map((round) => round[figure]));
  },
});
