/**
 * THE REGISTER of commands: a command is one file in this folder and one line here. The help and the tests walk this table.
 */
import type { Command } from './command.js';
import { compact } from './compact.js';
import { exportEntries } from './export.js';
import { get } from './get.js';
import { importEntries } from './import.js';
import { inspect } from './inspect.js';
import { keys } from './keys.js';
import { repair } from './repair.js';
import { verify } from './verify.js';
import { watch } from './watch.js';

/** Every command by the name that is typed. */
export const commands: Readonly<Record<string, Command>> = { inspect, verify, keys, get, watch, compact, repair, export: exportEntries, import: importEntries };
