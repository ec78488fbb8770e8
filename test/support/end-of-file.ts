/**
 * Takes back what a test file has done to the process, which goes on with other files. Node keeps every AsyncLocalStorage, and each makes every promise a little slower.
 * Timers of caches that nobody closed, and who watches a channel of node:diagnostics_channel, are kept with the whole world of their file: 4 MB each time.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import diagnostics, { type Channel } from 'node:diagnostics_channel';

const { prototype } = AsyncLocalStorage;
const { run, enterWith } = prototype;
const { channel } = diagnostics;
const storages = new Set<AsyncLocalStorage<unknown>>();
const channels = new Set<Partial<Channel>>();
const timers = new Set<NodeJS.Timeout>();
const { setInterval, setTimeout } = globalThis;

prototype.run = function (this: AsyncLocalStorage<unknown>, ...args: Parameters<typeof run>) {
  storages.add(this);
  return run.apply(this, args);
} as typeof run;

prototype.enterWith = function (this: AsyncLocalStorage<unknown>, store: unknown) {
  storages.add(this);
  enterWith.call(this, store);
};

diagnostics.channel = (name) => {
  const found = channel(name);
  channels.add(found);
  return found;
};

for (const [name, original] of Object.entries({ setInterval, setTimeout })) {
  const noted = (...args: Parameters<typeof setTimeout>): NodeJS.Timeout => {
    const timer = original(...args);
    timers.add(timer);
    return timer;
  };
  Object.assign(globalThis, { [name]: Object.assign(noted, original) });
}

afterAll(() => {
  Object.assign(globalThis, { setInterval, setTimeout });
  for (const timer of timers) clearTimeout(timer);
  Object.assign(prototype, { run, enterWith });
  diagnostics.channel = channel;
  for (const storage of storages) storage.disable();
  for (const each of channels) {
    delete each.subscribe;
    delete each.unsubscribe;
  }
});
