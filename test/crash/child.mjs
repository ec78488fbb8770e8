/** The process that is killed: does one deed after the other through the built package, and says on stdout which one is done. */
import { readFileSync, writeSync } from 'node:fs';
import { Cached, CacheRegistry, cacheOf } from '../../dist/esm/index.js';

const { directory, durability, isAsync, capacity, deeds, end } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

/** A value that tells its key, and which deed made it. */
const valueOf = (key, version) => ({ key, version, day: new Date(version), text: 'x'.repeat(version % 90) });

let version = 0;
class Service {}
Service.prototype.find = isAsync
  ? async function find(key) {
      if (version % 3 === 0) await new Promise(setImmediate);
      return valueOf(key, version);
    }
  : function find(key) {
      return valueOf(key, version);
    };
const registry = new CacheRegistry({ persist: { directory, durability } });
const decorate = Cached({ capacity, params: ['key'], scope: 'class', persist: process.env.SCRUBJAY_TEST_DRIVER ?? 'jsonl', registry });
Object.defineProperty(Service.prototype, 'find', decorate(Service.prototype, 'find', Object.getOwnPropertyDescriptor(Service.prototype, 'find')));

const service = new Service();
const cache = cacheOf(service.find);
// Long lines, so that the pipe is full before a slow parent has missed the moment at which it wants to kill.
const say = (line) => writeSync(1, `${line.padEnd(60)}\n`);

say('opening');
if (isAsync) await registry.open();
else cache.keys();
say('open');

for (const deed of deeds) {
  version = deed.version;
  if (deed.kind === 'call') await service.find(deed.key);
  else if (deed.kind === 'set') await cache.set([deed.key], valueOf(deed.key, version));
  else if (deed.kind === 'delete') await cache.delete(deed.key);
  else if (deed.kind === 'clear') await cache.clear();
  else await registry.flush();
  say('done');
}

say('all done');
if (end === 'stay') setInterval(() => undefined, 1000);
if (end === 'exit') process.exit(0);
if (end === 'throw') throw new Error('planted');
