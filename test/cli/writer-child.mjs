/** Writes through the built package until it is killed: puts, drops, deletions and compactions, as fast as it may. */
import { CacheRegistry, cached, cacheOf } from '../../dist/esm/index.js';

const [directory, driver] = process.argv.slice(2);
const registry = new CacheRegistry({ persist: { directory, durability: 'os' } });
class Service {
  find(id) {
    return { id, text: 'x'.repeat(9000) };
  }
}
cached(Service, 'find', { params: ['id'], scope: 'class', capacity: 20, persist: driver, registry });
const service = new Service();
let id = 0;
const write = () => {
  for (let count = 0; count < 10; count++) service.find(id++ % 50);
  void cacheOf(Service, 'find').delete(id % 50);
  if (id === 10) console.log('writing');
  setTimeout(write, 5);
};
write();
