/** Prints the key, or the refusal, of every call of the corpus named on the command line, as a list. */
import { keyOfCall } from '../../build/modules/key/call-key.js';

const { corpus } = await import(process.argv[2]);
const rule = { method: 'Corpus.call', parameters: [] };

const textOf = (make) => {
  try {
    return keyOfCall(rule, undefined, make());
  } catch (error) {
    return error.code;
  }
};

console.log(JSON.stringify(corpus.flatMap(({ a, b }) => [textOf(a), textOf(b)])));
