/**
 * What a web request wants of caches: its `Cache-Control` (RFC 9111, section 5.2.1), in the words of `withCacheControl`.
 */
import type { CacheControl } from '../../index.js';

type Mode = NonNullable<CacheControl['mode']>;

/** What the headers of a request say; `undefined` where they say nothing. */
export function controlOf(headers: Readonly<Record<string, unknown>>): CacheControl | undefined {
  const said = headers['cache-control'] ?? (headers['pragma'] === 'no-cache' ? 'no-cache' : undefined);
  if (typeof said !== 'string') return undefined;
  const directives = new Map(said.toLowerCase().split(',').map(directive));
  const mode = modeOf(directives);
  const minFresh = seconds(directives.get('min-fresh'));
  // Without a number it takes whatever there is.
  const maxStale = directives.get('max-stale') === '' ? Number.POSITIVE_INFINITY : seconds(directives.get('max-stale'));
  if (mode === undefined && minFresh === undefined && maxStale === undefined) return undefined;
  return { ...(mode && { mode }), ...(minFresh && { minFresh }), ...(maxStale && { maxStale }) };
}

function directive(text: string): [name: string, value: string] {
  const [name = '', value = ''] = text.trim().split('=', 2);
  return [name, value.replace(/^"(.*)"$/, '$1')];
}

function modeOf(directives: ReadonlyMap<string, string>): Mode | undefined {
  if (directives.has('no-store')) return 'bypass';
  if (directives.has('no-cache') || directives.get('max-age') === '0') return 'refresh';
  return directives.has('only-if-cached') ? 'onlyIfCached' : undefined;
}

/** In milliseconds; `undefined` for what is no whole number of seconds. */
const seconds = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) * 1000 : undefined);
