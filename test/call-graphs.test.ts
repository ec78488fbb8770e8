/** Random graphs of cached methods that call each other, and themselves: what would wait for itself is run, nothing hangs, and every value is right. */
import fc from 'fast-check';
import { Cached, CachedBatch, CacheRegistry } from '../src/index';
import { numRuns } from './support/thorough';
import { warningsOfEachTest } from './support/warnings';

const warnings = warningsOfEachTest();

/** The ways to ask for a node. */
const WAYS = ['own', 'other', 'batch', 'gathered', 'prompt', 'sync'] as const;
type Way = (typeof WAYS)[number];

interface Edge {
  readonly to: number;
  readonly way: Way;
}

interface Node {
  /** Asked for one after the other, or together. */
  readonly isTogether: boolean;
  /** How often others have their turn before it asks. */
  readonly pause: number;
  readonly edges: readonly Edge[];
}

const NODES = 5;
const edge: fc.Arbitrary<Edge> = fc.record({ to: fc.nat(NODES - 1), way: fc.constantFrom(...WAYS) });
const graph = fc.array(fc.record<Node>({ isTogether: fc.boolean(), pause: fc.nat(3), edges: fc.array(edge, { maxLength: 3 }) }), {
  minLength: NODES,
  maxLength: NODES,
});

interface Call {
  readonly edge: Edge;
  readonly fuel: number;
  readonly pause: number;
}

const roots = fc.array(fc.record<Call>({ edge, fuel: fc.nat(4), pause: fc.nat(2) }), { minLength: 1, maxLength: 4 });

const valueOf = (node: number): string => `value of ${node}`;

const pauses = async (count: number): Promise<void> => {
  for (let left = count; left > 0; left--) await (left % 2 === 0 ? new Promise((resolve) => setImmediate(resolve)) : Promise.resolve());
};

/** Every method follows the edges of its node as long as there is fuel, which is no part of the key: without a cache, every call comes to an end. */
function aService(nodes: readonly Node[], isCyclic = true) {
  const registry = new CacheRegistry();
  const wrong: string[] = [];
  class Service {
    @Cached({ registry, omit: ['fuel'] })
    async own(node: number, fuel: number): Promise<string> {
      await this.follow(node, fuel);
      return valueOf(node);
    }
    @Cached({ registry, omit: ['fuel'] })
    other(node: number, fuel: number): Promise<string> {
      return this.follow(node, fuel).then(() => valueOf(node));
    }
    @CachedBatch({ registry, omit: ['fuel'] })
    async batch(ids: readonly number[], fuel: number): Promise<string[]> {
      await Promise.all(ids.map((node) => this.follow(node, fuel)));
      return ids.map(valueOf);
    }
    @CachedBatch({ registry, omit: ['fuel'], gather: true })
    async gathered(ids: readonly number[], fuel: number): Promise<string[]> {
      for (const node of ids) await this.follow(node, fuel);
      return ids.map(valueOf);
    }
    @CachedBatch({ registry, omit: ['fuel'] })
    prompt(ids: readonly number[], fuel: number): Promise<string[]> {
      return Promise.all(ids.map((node) => this.follow(node, fuel))).then(() => ids.map(valueOf));
    }
    @Cached({ registry, omit: ['fuel'] })
    sync(node: number, fuel: number): string {
      for (const { to, way } of nodes[node]?.edges ?? []) if (fuel > 0 && way === 'sync') this.expect(to, this.sync(to, fuel - 1));
      return valueOf(node);
    }

    private async follow(node: number, fuel: number): Promise<void> {
      const { isTogether, pause, edges } = nodes[node] as Node;
      // Without a pause it asks before its caller has its promise.
      if (pause > 0) await pauses(pause);
      if (fuel === 0) return;
      if (isTogether) await Promise.all(edges.map((each) => this.ask(each, fuel - 1)));
      else for (const each of edges) await this.ask(each, fuel - 1);
    }
    async ask({ to, way }: Edge, fuel: number): Promise<void> {
      if (way === 'own' || way === 'other') this.expect(to, await this[way](to, fuel));
      else if (way === 'sync') this.expect(to, this.sync(to, fuel));
      else {
        const both = isCyclic ? [to, (to + 1) % NODES] : [to];
        for (const [index, value] of (await this[way](both, fuel)).entries()) this.expect(both[index] as number, value);
      }
    }
    private expect(node: number, value: string): void {
      if (value !== valueOf(node)) wrong.push(`${value} instead of ${valueOf(node)}`);
    }
  }
  return { service: new Service(), wrong, registry };
}

/** Nothing here waits for anything outside, so that what has not come after so many turns never will. */
const MANY_TURNS = 3000;
const LONGEST_MS = 600_000;

async function callsOf({ service, wrong }: ReturnType<typeof aService>, calls: readonly Call[]): Promise<void> {
  let left = calls.length;
  for (const { edge: first, fuel, pause } of calls) {
    void pauses(pause)
      .then(() => service.ask(first, fuel))
      .then(() => left--);
  }
  for (let turn = 0; turn < MANY_TURNS && left > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect({ left, wrong }).toEqual({ left: 0, wrong: [] });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const selfWaitsIn = (registry: CacheRegistry): number => sum(Object.values(registry.stats()).map((stats) => stats.selfWaits));

test(
  'of 10,000 random graphs of calls none hangs, and every value is right',
  async () => {
    let selfWaits = 0;
    await fc.assert(
      fc.asyncProperty(graph, roots, async (nodes, calls) => {
        const made = aService(nodes);
        await callsOf(made, calls);
        selfWaits += selfWaitsIn(made.registry);
      }),
      numRuns(10_000, 200),
    );
    expect(selfWaits).toBeGreaterThan(500);
    expect(warnings.messages.every((message) => message.includes('waited for itself'))).toBe(true);
  },
  LONGEST_MS,
);

test(
  'where no call leads back to itself, no method runs for more than it has entries, and nobody is warned',
  async () => {
    // Gathered calls are one call: what they ask for, they may ask of each other.
    const isBackwards = (node: number, { to, way }: Edge): boolean => to >= node || way === 'gathered';
    await fc.assert(
      fc.asyncProperty(graph, roots, async (nodes, calls) => {
        const made = aService(
          nodes.map((node, index) => ({ ...node, edges: node.edges.filter((each) => !isBackwards(index, each)) })),
          false,
        );
        const before = calls.filter(({ edge: { way } }) => way !== 'gathered').map((call) => ({ ...call, fuel: NODES }));
        await callsOf(made, before);
        const stats = Object.values(made.registry.stats());
        expect(sum(stats.map(({ loads }) => loads))).toBe(sum(stats.map(({ size }) => size)));
        expect(selfWaitsIn(made.registry)).toBe(0);
      }),
      numRuns(5000, 100),
    );
    expect(warnings.messages).toEqual([]);
  },
  LONGEST_MS,
);
