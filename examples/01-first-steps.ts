/**
 * The smallest complete program: one cached method, called twice with the same arguments.
 * Run it: `npm run build && npm run build:examples && node build/examples/01-first-steps.js`
 */
import { Cached, cacheOf, Key } from 'scrubjay';

interface User {
  readonly id: string;
  readonly greeting: string;
}

class Users {
  @Cached({ capacity: 1000, ttl: '5m' })
  async find(@Key('id') id: string, @Key('locale') locale = 'en'): Promise<User> {
    console.log(`loading ${id} in ${locale}`);
    return Promise.resolve({ id, greeting: locale === 'fr' ? 'Bonjour' : 'Hello' });
  }
}

const users = new Users();
await Promise.all([users.find('u1'), users.find('u1'), users.find('u1', 'fr')]);
console.log(await users.find('u1'));

const cache = cacheOf(users.find);
const { hits, misses, joined, loads, size } = cache.stats();
console.log({ hits, misses, joined, loads, size });
console.log(cache.keys());

await cache.delete('u1');
await users.find('u1');
