/**
 * What becomes of the calls and entries of a cache, told to whoever wants to know: listeners of the cache, of its registry, and subscribers of node:diagnostics_channel.
 * Listeners run when what they are told of is done, as a microtask: none of them stands in the way of a call, or finds a cache in the middle of a change.
 */
import type { Channel } from 'node:diagnostics_channel';
import { ScrubjayError } from '../errors.js';
import { describe, isThenable } from '../kinds.js';
import { watchedChannel } from './event-channels.js';

/** What there is to be told of. On node:diagnostics_channel each is called the same behind `scrubjay:`, such as `scrubjay:cache:hit`. */
export const CACHE_EVENTS = ['cache:hit', 'cache:miss', 'cache:written', 'cache:deleted', 'cache:cleared', 'cache:expire'] as const;

export type CacheEventName = (typeof CACHE_EVENTS)[number];

/**
 * Why an entry went, in Caffeine's words: `explicit`, somebody said so; `replaced`, by a newer result; `expired`, by time; `size`, there was no room;
 * `collected`, nobody could have asked for it any more.
 */
export type CacheEventReason = 'explicit' | 'replaced' | 'expired' | 'size' | 'collected';

/** What listeners are told. */
export interface CacheEvent {
  /** The name of the cache in its registry. */
  readonly cache: string;
  /** The class and the method, such as `Users.find`, whatever the cache is called. */
  readonly method: string;
  /** The key of the entry, as in `keys()`; `undefined` for all of them. Made when somebody reads it. */
  readonly key: string | undefined;
  /** Where the entry is. */
  readonly tier: 'memory';
  /** Whether the call was answered with a result past its time. */
  readonly stale: boolean;
  readonly reason: CacheEventReason | undefined;
}

export type CacheEventListener = (event: CacheEvent) => unknown;

/** Who listens, by the name of the event. */
export class Listeners {
  readonly #byName = new Map<CacheEventName, Set<CacheEventListener>>();

  /** @throws SCRUBJAY_BAD_OPTION for an event that does not exist, or a listener that is no function */
  on(name: CacheEventName, listener: CacheEventListener): void {
    if (!CACHE_EVENTS.includes(name) || typeof listener !== 'function') {
      throw new ScrubjayError(
        'SCRUBJAY_BAD_OPTION',
        `on takes one of ${CACHE_EVENTS.join(', ')}, and a function of the event; got ${describe(name)} and ${describe(listener)}.`,
      );
    }
    let listeners = this.#byName.get(name);
    if (listeners === undefined) this.#byName.set(name, (listeners = new Set()));
    listeners.add(listener);
  }

  off(name: CacheEventName, listener: CacheEventListener): void {
    this.#byName.get(name)?.delete(listener);
  }

  to(name: CacheEventName): ReadonlySet<CacheEventListener> {
    return this.#byName.get(name) ?? NOBODY;
  }
}

const NOBODY: ReadonlySet<CacheEventListener> = new Set();

type Channels = Readonly<Record<CacheEventName, Channel>>;

let made: Channels | undefined;

/** Made with the first cache. */
const channels = (): Channels => (made ??= Object.fromEntries(CACHE_EVENTS.map((name) => [name, watchedChannel(`scrubjay:${name}`)])) as unknown as Channels);

/** What one cache tells. */
export class CacheEvents {
  readonly listeners = new Listeners();
  /** Those of all caches of a registry. */
  shared: Listeners | undefined;
  readonly #channels = channels();
  #wanted: ReadonlySet<CacheEventName> = new Set();
  readonly #names: Pick<CacheEvent, 'cache' | 'method'>;
  readonly #report: (error: ScrubjayError) => void;

  /** `report` learns of listeners that failed. */
  constructor(names: Pick<CacheEvent, 'cache' | 'method'>, report: (error: ScrubjayError) => void) {
    this.#names = names;
    this.#report = report;
  }

  /** Looks again who wants to know what. */
  attend(): void {
    this.#wanted = new Set(CACHE_EVENTS.filter((name) => this.#channels[name].hasSubscribers || [...this.#listenersTo(name)].length > 0));
  }

  /** Whether anybody wants to know. */
  wants(name: CacheEventName): boolean {
    return this.#wanted.has(name);
  }

  /** Tells everybody who wants to know, soon; `keyOf` gives the key of the entry then. */
  tell(name: CacheEventName, keyOf: () => string | undefined, { stale = false, reason }: Partial<Pick<CacheEvent, 'stale' | 'reason'>> = {}): void {
    if (!this.#wanted.has(name)) return;
    const event: CacheEvent = {
      ...this.#names,
      get key() {
        return keyOf();
      },
      tier: 'memory',
      stale,
      reason,
    };
    queueMicrotask(() => {
      for (const listener of this.#listenersTo(name)) this.#call(listener, event);
      this.#channels[name].publish(event);
    });
  }

  *#listenersTo(name: CacheEventName): Generator<CacheEventListener> {
    yield* this.listeners.to(name);
    if (this.shared !== undefined) yield* this.shared.to(name);
  }

  #call(listener: CacheEventListener, event: CacheEvent): void {
    try {
      const answer = listener(event);
      if (isThenable(answer)) void Promise.resolve(answer).catch((error: unknown) => this.#failed(error));
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(cause: unknown): void {
    const said = cause instanceof Error ? cause.message : describe(cause);
    this.#report(
      new ScrubjayError('SCRUBJAY_LISTENER_FAILED', `a listener to events of ${this.#names.cache} failed: ${said}; calls go on as before.`, { cause }),
    );
  }
}
