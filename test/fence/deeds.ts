/** Every order in which a few things can happen, and random ones that are longer. */
import { type Deed, FenceModel, type FenceOptions } from './model';

/** What can happen next. What changes nothing is left out, but for calls: an end of a load that is not under way, a deletion where there is nothing. */
export function possible(model: FenceModel, kinds: readonly Deed['deed'][], { keys }: FenceOptions): Deed[] {
  return kinds.flatMap((deed): Deed[] => {
    switch (deed) {
      case 'land':
      case 'landTagged':
      case 'fail':
        return model.underWay.map((load) => ({ deed, load }));
      case 'call':
      case 'put':
        return keys.map((key) => ({ deed, key }));
      case 'delete':
      case 'expire':
      case 'where':
        return model.isIdle ? [] : keys.map((key) => ({ deed, key }));
      case 'restart':
        return model.isIdle || model.hasLateCallers ? [] : [{ deed }];
      default:
        return model.isIdle ? [] : [{ deed }];
    }
  });
}

/** Every sequence of so many deeds, in which the first key comes first. */
export function* sequences(length: number, kinds: readonly Deed['deed'][], options: FenceOptions, begun: readonly Deed[] = []): Generator<readonly Deed[]> {
  if (begun.length === length) {
    yield begun;
    return;
  }
  const model = new FenceModel(options);
  for (const deed of begun) model.do(deed);
  for (const deed of possible(model, kinds, options)) {
    const isMirrored = begun.length === 0 && 'key' in deed && deed.key !== options.keys[0];
    if (!isMirrored) yield* sequences(length, kinds, options, [...begun, deed]);
  }
}

/** A random sequence. */
export function randomSequence(length: number, kinds: readonly Deed['deed'][], options: FenceOptions, next: () => number): readonly Deed[] {
  const model = new FenceModel(options);
  const deeds: Deed[] = [];
  while (deeds.length < length) {
    const choice = possible(model, kinds, options);
    const deed = choice[Math.floor(next() * choice.length)] as Deed;
    model.do(deed);
    deeds.push(deed);
  }
  return deeds;
}

export const textOf = (deeds: readonly Deed[]): string =>
  deeds.map((each) => ('key' in each ? `${each.deed} ${each.key}` : 'load' in each ? `${each.deed} ${each.load}` : each.deed)).join(', ');
