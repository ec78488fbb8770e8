/**
 * Which scrubjay this is.
 */
import { createRequire } from 'node:module';

/** As in package.json. */
export const version = (): string => (createRequire(__filename)('../../package.json') as { version: string }).version;
