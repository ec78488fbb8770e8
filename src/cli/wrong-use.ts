/**
 * What was asked for cannot be done: said in one line, exit code 1.
 */

/** The message says what was wanted, what was found, and what to do. */
export class WrongUse extends Error {}
