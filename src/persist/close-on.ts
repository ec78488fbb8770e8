/**
 * Signals that end the process and run no exit hook: SIGTERM, as a container gets it, is one.
 */

/** The listener of each signal that closes the caches. */
const listeners = new Map<NodeJS.Signals, () => void>();

/** From now on these signals, and no others, run `close` before they end the process. A signal that the application listens to is left to it: its exit runs the hook. */
export function closeOn(signals: readonly NodeJS.Signals[], close: () => void): void {
  for (const [signal, listener] of listeners) process.off(signal, listener);
  listeners.clear();
  for (const signal of signals) {
    const listener = (): void => {
      // A listener keeps the signal from ending the process. Others know what they do; without them it must end as if we had never been there.
      if (process.listenerCount(signal) > 1) return;
      close();
      process.off(signal, listener);
      process.kill(process.pid, signal);
    };
    listeners.set(signal, listener);
    process.on(signal, listener);
  }
}
