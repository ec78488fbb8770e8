/** A process with a cache that says what it does, and waits to be told to end. */
import { CacheRegistry, cached } from '../dist/esm/index.js';

const [, , directory, isListening] = process.argv;
const registry = new CacheRegistry({ persist: { directory, closeOn: ['SIGTERM'] } });
class Users {
  find(id) {
    return id;
  }
}
cached(Users, 'find', { params: ['id'], persist: 'jsonl', registry });
const users = new Users();
for (const id of ['a', 'b', 'c', 'a']) users.find(id);
if (isListening === 'true')
  process.on('SIGTERM', () => {
    users.find('late');
    process.exit(7);
  });
setInterval(() => undefined, 1000);
console.log('ready');
