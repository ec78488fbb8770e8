/** Asks the engine to collect garbage now. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects garbage, and lets finalizers run, until `isDone` or fifty rounds have passed. */
export async function collectUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isDone(); round++) {
    collect();
    await new Promise(setImmediate);
  }
}

/** Kept here because a registry that is garbage itself never tells anything. */
const registries: FinalizationRegistry<string>[] = [];

/** Watches objects become garbage: `gone` has the names of those that did. */
export function watchGarbage(): { readonly gone: ReadonlySet<string>; watch(value: object, name: string): void } {
  const gone = new Set<string>();
  const registry = new FinalizationRegistry<string>((name) => gone.add(name));
  registries.push(registry);
  return { gone, watch: (value, name) => registry.register(value, name) };
}
