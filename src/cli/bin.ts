#!/usr/bin/env node
/**
 * What `npx scrubjay` starts.
 */
import { main } from './main.js';

void main(process.argv.slice(2), process).then((exitCode) => {
  process.exitCode = exitCode;
});
