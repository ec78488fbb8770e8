/** One contender of the suite `hit`. */
import { runnerOf } from '../keys/runner.mjs';
import { contenders } from './contenders.mjs';
import { scenarios } from './scenarios.mjs';

export const { check, prepare } = runnerOf(contenders, scenarios);
