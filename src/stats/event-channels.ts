/**
 * The channels of node:diagnostics_channel on which every cache of the process says what becomes of its entries.
 */
import { type Channel, channel } from 'node:diagnostics_channel';
import { attendAll } from '../attention.js';

const WAYS = ['subscribe', 'unsubscribe'] as const;

/**
 * The channel of that name. Who subscribes, or leaves, is noticed: a channel can otherwise only be asked whether it has subscribers, and every hit would have to.
 * Node gives the same object to all who ask for the name, and its own `subscribe` of a name goes by the object's.
 */
export function watchedChannel(name: string): Channel {
  const found = channel(name);
  for (const way of WAYS) {
    // The other build of the library may have been here.
    const before = Object.getOwnPropertyDescriptor(found, way)?.value as Channel[typeof way] | undefined;
    const value = (listener: Parameters<Channel[typeof way]>[0]): unknown => {
      // Not found out before: a channel changes its class with its first subscriber.
      const inherited = (Object.getPrototypeOf(found) as Channel)[way];
      const answer: unknown = (before ?? inherited).call(found, listener);
      attendAll();
      return answer;
    };
    Object.defineProperty(found, way, { value, configurable: true, writable: true });
  }
  return found;
}
