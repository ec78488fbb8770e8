/**
 * Texts that nobody can read or try values against who lacks the pepper.
 */
import { createHmac } from 'node:crypto';

/**
 * `hmac(Q2h…)`: the same for equal texts in one place, and another one elsewhere. `place` names the cache and the part.
 * Source: RFC 2104, with SHA-256.
 */
export function hiddenText(pepper: Uint8Array, place: string, text: string): string {
  const hash = createHmac('sha256', pepper).update(`${place}\0${text}`, 'utf16le');
  return `hmac(${hash.digest('base64url')})`;
}

/** Tells one pepper from another without giving it away. */
export const pepperPrint = (pepper: Uint8Array): string => createHmac('sha256', pepper).update('scrubjay: which pepper').digest('hex').slice(0, 16);
