/**
 * Who waits for whom. Work that waited for itself, or for work that waits for it, would wait for ever; so it is found out before anybody begins to wait.
 * That a call is made within a load is known by AsyncLocalStorage, which is asked where a load begins or is waited for, and never at a hit.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { soon } from '../clock.js';

/** Whoever runs in the name of `work` has it. A timer or a connection that the method began may live on: it keeps the badge, and nothing of the work when that is over. */
interface Badge {
  work: Work | undefined;
}

/** Something under way that others wait for: a load, the call of a batch, a queue. */
export class Work {
  /** As messages call it; `undefined` where it stands for several. */
  readonly name: string | undefined;
  isOver = false;
  isTracked = false;
  /** Stands for it in AsyncLocalStorage. */
  badge: Badge | undefined;
  /** The work that waits for it. */
  waiters: Work[] | undefined;

  constructor(name: string | undefined) {
    this.name = name;
  }
}

class Waits {
  readonly #storage = new AsyncLocalStorage<Badge>();
  #underWay = 0;
  #isEnding = false;

  run<T>(work: Work, run: () => T): T {
    work.isTracked = true;
    this.#underWay++;
    return this.#storage.run((work.badge = { work }), run);
  }

  ofCaller(): Work | undefined {
    return this.#storage.getStore()?.work;
  }

  /** Before Node 24, every promise of the process costs more as long as any AsyncLocalStorage is in use. */
  end(): void {
    if (--this.#underWay > 0 || this.#isEnding) return;
    this.#isEnding = true;
    soon(() => {
      this.#isEnding = false;
      if (this.#underWay === 0) this.#storage.disable();
    });
  }
}

/** Kept on globalThis, so that all copies of the library see each other's loads. */
const WAITS = Symbol.for('scrubjay.waits.v1');
const holder = globalThis as { [WAITS]?: Waits };
const waits = (holder[WAITS] ??= new Waits());

/** Runs `run`; what is asked for in it, and behind its `await`s, is asked for by `work`. */
export const track = <T>(work: Work, run: () => T): T => waits.run(work, run);

/** `work` is over: it waits for nothing any more, whatever still runs in its name, and nobody for it. */
export function finish(work: Work): void {
  if (work.isOver) return;
  work.isOver = true;
  work.waiters = undefined;
  if (work.badge !== undefined) work.badge.work = undefined;
  if (work.isTracked) waits.end();
}

/** The work in whose name the caller runs, as long as it is under way. */
export function workOfCaller(): Work | undefined {
  const work = waits.ofCaller();
  return work === undefined || work.isOver ? undefined : work;
}

/** From now on the caller's work waits for `target`; gives that work, if there is any. */
export function addWaiter(target: Work): Work | undefined {
  const waiter = workOfCaller();
  if (waiter === undefined) return undefined;
  if (target.waiters === undefined) target.waiters = [waiter];
  else target.waiters.push(waiter);
  return waiter;
}

/** `waiter` has stopped waiting before `target` was over. */
export function removeWaiter(target: Work, waiter: Work | undefined): void {
  const index = waiter === undefined ? -1 : (target.waiters?.indexOf(waiter) ?? -1);
  if (index !== -1) target.waiters?.splice(index, 1);
}

/**
 * What would go round in a circle if the caller waited for `target`: the work from `target` on, each waiting for the next, up to the caller's own;
 * `undefined` when nothing would.
 */
export function circleThrough(target: Work): readonly Work[] | undefined {
  const own = workOfCaller();
  if (own === undefined) return undefined;
  if (own === target) return [own];
  if (own.waiters === undefined) return undefined;
  /** By work that waits, directly or not, for the caller's: what it waits for. */
  const waitsFor = new Map<Work, Work>();
  const next = [own];
  for (let work = next.pop(); work !== undefined; work = next.pop()) {
    for (const waiter of work.waiters ?? []) {
      if (waiter.isOver || waitsFor.has(waiter)) continue;
      waitsFor.set(waiter, work);
      if (waiter === target) return wayFrom(target, own, waitsFor);
      next.push(waiter);
    }
  }
  return undefined;
}

function wayFrom(target: Work, end: Work, waitsFor: ReadonlyMap<Work, Work>): readonly Work[] {
  const way = [target];
  for (let work = target; work !== end; ) {
    work = waitsFor.get(work) as Work;
    way.push(work);
  }
  return way;
}
