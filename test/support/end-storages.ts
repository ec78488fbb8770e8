/**
 * Ends every AsyncLocalStorage that a test file has used. Node keeps them for the whole process, and each makes every promise a little slower: those of the files that
 * come later in the same worker, too.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const { prototype } = AsyncLocalStorage;
const { run, enterWith } = prototype;
const used = new Set<AsyncLocalStorage<unknown>>();

prototype.run = function (this: AsyncLocalStorage<unknown>, ...args: Parameters<typeof run>) {
  used.add(this);
  return run.apply(this, args);
} as typeof run;

prototype.enterWith = function (this: AsyncLocalStorage<unknown>, store: unknown) {
  used.add(this);
  enterWith.call(this, store);
};

afterAll(() => {
  Object.assign(prototype, { run, enterWith });
  for (const storage of used) storage.disable();
});
