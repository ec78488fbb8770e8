import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Bytes that one hit leaves for the garbage collector, on the average; measured in a process of its own, on the built library, once it is compiled. */
function bytesPerHit(method: string, call: string): number {
  const program = `
    const { cached } = require(${JSON.stringify(join(__dirname, '../dist/cjs/index.js'))});
    class Users { ${method} }
    cached(Users, 'find', { capacity: 1000, ttl: '5m' });
    const users = new Users();
    const ids = Array.from({ length: 100 }, (_, index) => 'user-' + index);
    function calls(count) {
      for (let done = 0, at = 0; done < count; done++) {
        ${call};
        if (++at === 100) at = 0;
      }
    }
    // The compiler works beside us: the least of several rounds is the one in which it had ended.
    const rounds = [];
    const round = () => {
      calls(100_000);
      gc();
      const before = process.memoryUsage().heapUsed;
      calls(300_000);
      rounds.push((process.memoryUsage().heapUsed - before) / 300_000);
      if (rounds.length < 20 && rounds.at(-1) >= 8) setTimeout(round, 10);
      else console.log(Math.min(...rounds));
    };
    round();`;
  // A young generation that is never full: nothing is collected while we count.
  const options = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'];
  return Number(execFileSync(process.execPath, [...options, '-e', program], { encoding: 'utf8' }));
}

test.each([
  ['a string', 'find(id) { return { id }; }', 'users.find(ids[at])'],
  ['a number', 'find(id) { return { id }; }', 'users.find(at)'],
  ['three primitive values', 'find(id, page, isDraft) { return { id, page, isDraft }; }', 'users.find(ids[at], at, at % 2 === 0)'],
])('a hit with %s allocates nothing', (_what, method, call) => {
  // The smallest object takes 16 bytes.
  expect(bytesPerHit(method, call)).toBeLessThan(8);
});
