/** The process that is killed while its logs are compacted: sets one entry after the other, 5 KB each, and says on stdout which. */
import { writeSync } from 'node:fs';
import { CacheRegistry, cached, cacheOf } from '../../dist/esm/index.js';

const [, , directory, driver, from] = process.argv;
const registry = new CacheRegistry({ persist: { directory, durability: 'os' } });
class Service {
  find(_key) {
    return undefined;
  }
}
cached(Service, 'find', { capacity: 50, params: ['key'], scope: 'class', persist: driver, registry });
const cache = cacheOf(Service, 'find');
await registry.open();
writeSync(1, 'open\n');
for (let version = Number(from); ; version++) {
  await cache.set([`k${(version * 7) % 80}`], { version, text: 'x'.repeat(5000) });
  writeSync(1, `${version}\n`);
  if (version % 20 === 0) await new Promise(setImmediate);
}
