/** The calls of the suite `keys`, some of them also by Zipf's law, and one of an async method. */
import { scenarios as calls } from '../keys/scenarios.mjs';

const byZipf = ['one string', 'flat object'];
const [oneString] = calls;

export const scenarios = [
  ...calls,
  ...calls.filter(({ name }) => byZipf.includes(name)).map((scenario) => ({ ...scenario, name: `${scenario.name}, Zipf`, isZipf: true })),
  { ...oneString, name: 'async, one string', isAsync: true },
];
