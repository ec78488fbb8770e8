import { Cached, CacheRegistry } from '../src/index';
import { collectUntil, watchGarbage } from './support/garbage';
import { manualClockForEachTest } from './support/manual-clock';

const time = manualClockForEachTest();

const registry = new CacheRegistry();
const timers: NodeJS.Timeout[] = [];
afterAll(() => {
  for (const timer of timers) clearInterval(timer);
});

/** What a first call often leaves behind: a timer, or a pool of connections. */
const leaveATimer = (): void => void timers.push(setInterval(() => undefined, 1_000_000));

class Reports {
  @Cached({ registry, key: ({ id }) => id })
  hangs(_query: { id: string }): Promise<string> {
    return new Promise(() => undefined);
  }

  @Cached({ registry, key: ({ id }) => id, hardTimeout: 5 })
  hangsTooLong(_query: { id: string }): Promise<string> {
    return new Promise(() => undefined);
  }

  @Cached({ registry, key: ({ id }) => id })
  async leaves(_query: { id: string }): Promise<string> {
    leaveATimer();
    return Promise.resolve('report');
  }

  @Cached({ registry, key: ({ id }) => id })
  async fails(_query: { id: string }): Promise<string> {
    leaveATimer();
    return Promise.reject(new Error('down'));
  }

  @Cached({ registry, key: ({ id }) => id })
  atOnce(_query: { id: string }): string {
    leaveATimer();
    return 'report';
  }
}

test.each([
  ['that never ends', 'hangs'],
  ['that nobody waits for any more', 'hangsTooLong'],
  ['that began something which lives on', 'leaves'],
  ['that failed, and began something which lives on', 'fails'],
  ['that ended at once, and began something which lives on', 'atOnce'],
] as const)('a load %s keeps neither `this` nor the arguments', async (_what, method) => {
  const garbage = watchGarbage();
  const call = async (): Promise<void> => {
    const reports = new Reports();
    const query = { id: 'r1' };
    garbage.watch(reports, 'this');
    garbage.watch(query, 'arguments');
    const answer: unknown = reports[method](query);
    if (method === 'leaves' || method === 'fails') await Promise.resolve(answer).catch(() => undefined);
    else Promise.resolve(answer).catch(() => undefined);
  };
  await call();
  time.clock.advance(5);
  await collectUntil(() => garbage.gone.size === 2);
  expect([...garbage.gone].sort()).toEqual(['arguments', 'this']);
});
