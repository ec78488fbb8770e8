/**
 * The rule of `docs/keys.md` as a slow and obvious comparison, written without the canonical text: the tests hold the two against each other.
 */
export function isSameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const kind = kindOf(a);
  if (kind !== kindOf(b)) return false;
  switch (kind) {
    case 'Date':
      return Object.is((a as Date).getTime(), (b as Date).getTime()) && isSameRecord(a, b);
    case 'RegExp':
      return String(a) === String(b) && Object.is((a as RegExp).lastIndex, (b as RegExp).lastIndex) && isSameRecord(a, b);
    case 'Map':
      return isSameBag([...(a as Map<unknown, unknown>)], [...(b as Map<unknown, unknown>)]) && isSameRecord(a, b);
    case 'Set':
      return isSameBag([...(a as Set<unknown>)], [...(b as Set<unknown>)]) && isSameRecord(a, b);
    case 'Bytes':
      return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && [...(a as Uint8Array)].join() === [...(b as Uint8Array)].join();
    case 'Array':
      return (a as unknown[]).length === (b as unknown[]).length && isSameRecord(a, b);
    case 'Class':
      return Object.getPrototypeOf(a) === Object.getPrototypeOf(b) && isSameRecord(a, b);
    default:
      return isSameRecord(a, b);
  }
}

type Kind = 'Array' | 'Bytes' | 'Class' | 'Date' | 'Map' | 'Plain' | 'RegExp' | 'Set';

function kindOf(value: object): Kind {
  if (Array.isArray(value)) return 'Array';
  if (value instanceof Date) return 'Date';
  if (value instanceof RegExp) return 'RegExp';
  if (value instanceof Map) return 'Map';
  if (value instanceof Set) return 'Set';
  if (ArrayBuffer.isView(value)) return 'Bytes';
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? 'Plain' : 'Class';
}

/** The same own enumerable properties, holes in arrays included. */
function isSameRecord(a: object, b: object): boolean {
  const keysOf = (value: object): PropertyKey[] => Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
  const keys = keysOf(a);
  if (keys.length !== keysOf(b).length) return false;
  return keys.every((key) => Object.prototype.propertyIsEnumerable.call(b, key) && isSameValue(a[key as keyof object], b[key as keyof object]));
}

/** The same members, whatever their order; a member of one stands for one of the other. */
function isSameBag(a: readonly unknown[], b: readonly unknown[]): boolean {
  const left = [...b];
  return (
    a.length === b.length &&
    a.every((member) => {
      const place = left.findIndex((other) => isSameValue(member, other));
      if (place !== -1) left.splice(place, 1);
      return place !== -1;
    })
  );
}

/** The same call: trailing `undefined` is no argument. */
export function isSameCall(a: readonly unknown[], b: readonly unknown[]): boolean {
  const length = Math.max(a.length, b.length);
  return Array.from({ length }, (_, index) => isSameValue(a[index], b[index])).every(Boolean);
}
