/** Uses a built service as an application would, and gives what it saw. Run by itself it prints that of the module named on the command line. */
import { pathToFileURL } from 'node:url';

export async function reportOf({ registry, Base, Users, cacheOf }) {
  const users = new Users('t1');
  const other = new Users('t2');
  const answers = await Promise.all([users.find('u1'), users.find('u1'), users.find('u1', 'de'), other.find('u1')]);
  const errors = [];
  for (let time = 0; time < 2; time++) await users.find('bad').catch((error) => errors.push(error.message));
  const query = [users.query({ take: 5, where: { a: 1 } }), users.query({ where: { a: 1 }, take: 5 }), users.query({ take: 6 })];
  const sum = [users.sum(1, 2), users.sum(1, 2), users.sum(2, 1), users.sum()];
  const parse = [Users.parse('7'), Users.parse('7')];
  const greet = [new Base().greet('Ada'), users.greet('Ada'), users.greet('Ada')];
  const rate = [users.rate('EUR'), other.rate('EUR')];
  const undeclared = [await users.undeclared('a'), await users.undeclared('a'), await ['a'].map(users.undeclared, users)[0]];
  const secret = users.secret === undefined ? undefined : [users.secret('x'), users.secret('x')];
  const stats = registry.stats();
  const counted = Object.fromEntries(Object.entries(stats).map(([name, { hits, misses, joined, loadErrors }]) => [name, { hits, misses, joined, loadErrors }]));
  const report = {
    answers,
    errors,
    query,
    sum,
    parse,
    greet,
    rate,
    undeclared,
    secret,
    loads: users.loads,
    dress: [users.find.name, users.query.length, Users.parse.name],
    keys: ['find', 'query', 'sum'].map((name) => cacheOf(users, name).keys()),
    undeclaredKeys: cacheOf(users, 'undeclared').keys(),
    counted,
  };
  await registry.close();
  return JSON.parse(JSON.stringify(report));
}

if (process.argv[2] !== undefined) {
  const service = await import(pathToFileURL(process.argv[2]).href);
  const { cacheOf } = await import('scrubjay');
  // A CommonJS service has the CommonJS build of the library; `cacheOf` of the other build must find the same caches.
  console.log(JSON.stringify(await reportOf({ ...(service.default ?? {}), ...service, cacheOf })));
}
