/** The service: what it reads is cached, and what it writes removes or replaces what it makes wrong. */
import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import { Cached, CacheEvict, type CacheHandle, CachePut, CacheRegistry } from 'scrubjay';
import { InjectCache } from 'scrubjay/nestjs';
import { Database, type Row } from './database.js';
import type { SearchDto } from './dtos.js';

export interface City {
  readonly id: number;
  readonly name: string;
  readonly country: string;
  readonly population: number;
  /** Made when the city is loaded: two answers with the same one come from one load. */
  readonly loadedAs: string;
}

@Injectable()
export class Cities {
  constructor(private readonly database: Database) {}

  @Cached({ capacity: 500, persist: 'jsonl', tags: (city) => [`country:${city.country}`] })
  async find(id: number): Promise<City> {
    const [row] = await this.database.all('SELECT * FROM cities WHERE id = ?', id);
    if (row === undefined) throw new NotFoundException(`there is no city ${id}`);
    return asCity(row);
  }

  /** A DTO is a key by its class and its properties. */
  @Cached({ capacity: 100, ttl: '1m', tags: (_found, { country }) => (country === undefined ? ['everywhere'] : [`country:${country}`]) })
  async search({ country = '%', minPopulation = 0 }: SearchDto): Promise<City[]> {
    const rows = await this.database.all('SELECT * FROM cities WHERE country LIKE ? AND population >= ? ORDER BY id LIMIT 20', country, minPopulation);
    return rows.map(asCity);
  }
}

@Injectable()
export class CityChanges {
  constructor(
    private readonly database: Database,
    private readonly registry: CacheRegistry,
    @InjectCache(Cities, 'find') private readonly found: CacheHandle<Cities['find']>,
  ) {}

  /** What it gives takes the place of what `find` gave for the same `id`. */
  @CachePut(() => [Cities, 'find'])
  @CacheEvict(() => [Cities, 'search'], { allEntries: true })
  async setPopulation(id: number, population: number): Promise<City> {
    await this.database.change('UPDATE cities SET population = ? WHERE id = ?', population, id);
    const [row] = await this.database.all('SELECT * FROM cities WHERE id = ?', id);
    if (row === undefined) throw new NotFoundException(`there is no city ${id}`);
    return asCity(row);
  }

  @CacheEvict(() => [Cities, 'find'])
  @CacheEvict(() => [Cities, 'search'], { allEntries: true })
  async remove(id: number): Promise<void> {
    await this.database.change('DELETE FROM cities WHERE id = ?', id);
  }

  /** Everything of one country at once, in every cache. */
  async grow(country: string): Promise<void> {
    await this.database.change('UPDATE cities SET population = population + 1 WHERE country = ?', country);
    await this.registry.invalidateTags([`country:${country}`, 'everywhere']);
  }

  /** The database was changed by somebody else. */
  async forget(id: number): Promise<boolean> {
    return await this.found.delete(id);
  }
}

const asCity = ({ id, name, country, population }: Row): City => ({
  id: id as number,
  name: name as string,
  country: country as string,
  population: population as number,
  loadedAs: randomUUID(),
});
