/**
 * The shapes of object literals: which names an object has, and in which order to read them so that objects with the same names are read alike.
 * A trie over the names in the order in which an object has them; each node remembers the child it led to last, which is the next one nearly always.
 */

/** The same for all objects with these names. */
export class Shape {
  /** In the order in which they are read. */
  readonly names: readonly string[];
  /** Of the names. */
  readonly hash: number;

  constructor(names: readonly string[], hash: number) {
    this.names = names;
    this.hash = hash;
  }
}

/** A shape as objects of one order have it. */
export interface ShapeNode {
  readonly shape: Shape;
  /** Where, among their names, the first, second, … name of the shape stands. */
  readonly order: readonly number[];
}

/** Where some first names lead. */
class Node {
  readonly children = new Map<string, Node>();
  /** A text from the start: then the compiler compares names by their places in memory. */
  #lastName = '';
  #lastChild: Node | undefined;
  /** The shape of objects that have these names and no others. */
  end: ShapeNode | undefined;

  /** Where one more name leads; `undefined` where no shape is known. */
  next(name: string): Node | undefined {
    return this.#lastName === name && this.#lastChild !== undefined ? this.#lastChild : this.#otherNext(name);
  }

  #otherNext(name: string): Node | undefined {
    const child = this.children.get(name);
    if (child === undefined) return undefined;
    this.#lastName = name;
    this.#lastChild = child;
    return child;
  }
}

/** Callers choose names, so there is an end to what is remembered; further shapes go by the text. */
const MOST_NODES = 10_000;
/** Larger objects are dictionaries, of which no two are alike. */
const MOST_NAMES = 40;
const LONGEST_NAMES = 1000;

/** From which the names of an object lead to its shape, in the order in which it has them. */
export const shapeRoot = new Node();
const shapes = new Map<string, Shape>();
let nodes = 0;

/**
 * The shape of an object with `names`, in its order; `undefined` when it is none that was learnt, or when there is no room for it.
 * `learn` says what the hash of a new one is, and is left out where only known ones are asked for. Another order of known names is always learnt.
 */
export function shapeOf(names: readonly string[], learn?: (title: string) => number): ShapeNode | undefined {
  let node: Node | undefined = shapeRoot;
  for (const name of names) {
    node = node.next(name);
    if (node === undefined) return newOrder(names, learn);
  }
  return node.end ?? newOrder(names, learn);
}

function newOrder(names: readonly string[], learn: ((title: string) => number) | undefined): ShapeNode | undefined {
  const length = names.reduce((sum, name) => sum + name.length, 0);
  if (names.length > MOST_NAMES || length > LONGEST_NAMES || nodes + names.length > MOST_NODES) return undefined;
  const order = names.map((_name, index) => index).sort((one, other) => ((names[one] as string) < (names[other] as string) ? -1 : 1));
  const sorted = order.map((index) => names[index] as string);
  const title = JSON.stringify(sorted);
  let shape = shapes.get(title);
  if (shape === undefined) {
    if (learn === undefined) return undefined;
    shapes.set(title, (shape = new Shape(sorted, learn(title))));
  }
  return remember(names, { shape, order });
}

function remember(names: readonly string[], end: ShapeNode): ShapeNode {
  let node = shapeRoot;
  for (const name of names) {
    let child = node.children.get(name);
    if (child === undefined) {
      child = new Node();
      node.children.set(name, child);
      nodes++;
    }
    node = child;
  }
  node.end = end;
  return end;
}
