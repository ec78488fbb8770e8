/**
 * The package `msgpackr`, an optional peer: loaded when it is first needed, so that nobody else has to install it.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { ScrubjayError } from '../../errors.js';

/** The part of it that is used. */
export interface Packr {
  pack(value: unknown): Buffer;
  unpack(bytes: Uint8Array): unknown;
}

let loaded: Packr | undefined;

/**
 * Packs and unpacks what plain MessagePack can say; each result stands by itself, no table of structures is shared with others.
 * @throws SCRUBJAY_PEER_MISSING
 */
export function packr(): Packr {
  loaded ??= new (load().Packr)({ useRecords: false, variableMapSize: true });
  return loaded;
}

/** In a bundle of ES modules there is no `__filename`; then it is found where the program stands. */
const here = (): string => (typeof __filename === 'string' ? __filename : resolve(process.argv[1] ?? 'program.js'));

function load(): { readonly Packr: new (options: object) => Packr } {
  try {
    return createRequire(here())('msgpackr') as ReturnType<typeof load>;
  } catch (cause) {
    throw new ScrubjayError(
      'SCRUBJAY_PEER_MISSING',
      "persist: 'msgpack' needs the package msgpackr, which could not be loaded. Install it: npm install msgpackr.",
      {
        cause,
      },
    );
  }
}
