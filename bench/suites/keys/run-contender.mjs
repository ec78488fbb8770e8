/** One contender of the suite `keys`. */
import { contenders } from './contenders.mjs';
import { runnerOf } from './runner.mjs';
import { scenarios } from './scenarios.mjs';

export const { check, prepare } = runnerOf(contenders, scenarios);
