/**
 * Cached service methods in a tsyringe container. They need nothing for it; an application that wants a registry of its own takes what the container makes into it.
 * Ends with an error if anything is not as expected.
 */
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { adopt, Cached, CacheRegistry, cacheOf, registry } from 'scrubjay';
import { container, type DependencyContainer, inject, injectable, Lifecycle, scoped, singleton } from 'tsyringe';

@singleton()
class Database {
  queries = 0;
  async load(id: string): Promise<{ id: string }> {
    this.queries++;
    return { id };
  }
}

@singleton()
class Users {
  constructor(readonly database: Database) {}

  @Cached({ capacity: 1000 })
  async find(id: string): Promise<{ id: string }> {
    return await this.database.load(id);
  }
}

/** One for each container: all of them share their entries, as the scope says. */
@scoped(Lifecycle.ContainerScoped)
@injectable()
class Greetings {
  static made = 0;
  constructor(
    readonly users: Users,
    @inject('language') readonly language: string,
  ) {}

  @Cached({ scope: (self: Greetings) => self.language })
  async greet(id: string): Promise<string> {
    Greetings.made++;
    const { id: name } = await this.users.find(id);
    return this.language === 'fr' ? `Bonjour ${name}` : `Hello ${name}`;
  }
}

const request = (language: string): DependencyContainer => container.createChildContainer().register('language', { useValue: language });

const users = container.resolve(Users);
await Promise.all([users.find('u1'), users.find('u1')]);
await users.find('u1');
assert.equal(users.database.queries, 1);
assert.equal(cacheOf(users.find).stats().hits, 1);

for (const language of ['en', 'fr', 'en', 'fr']) {
  const greeting = await request(language).resolve(Greetings).greet('u1');
  assert.equal(greeting, language === 'fr' ? 'Bonjour u1' : 'Hello u1');
}
assert.equal(Greetings.made, 2);

// A second application in the process, with caches of its own.
const own = new CacheRegistry();
const application = container.createChildContainer();
application.register(Users, { useFactory: (from) => new Users(from.resolve(Database)) });
const others = application.resolve(Users);
adopt(own, others);
await others.find('u1');
assert.equal(own.stats()['Users.find']?.misses, 1);
assert.equal(registry.stats()['Users.find']?.misses, 1);
await own.close();
console.log(`${users.database.queries} queries, ${Greetings.made} greetings made for four requests`);
