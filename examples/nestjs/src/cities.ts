/** The service: what it reads is cached, and what it writes removes or replaces what it makes wrong. */
import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import { Cached, type CacheHandle, CacheRegistry } from 'scrubjay';
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
  @Cached({ capacity: 100, ttl: '1m', tags: (_found, { country }) => (country === undefined ? ['search'] : [`country:${country}`, 'search']) })
  async search({ country = '%', minPopulation = 0 }: SearchDto): Promise<City[]> {
    const rows = await this.database.all('SELECT * FROM cities WHERE country LIKE ? AND population >= ? ORDER BY id LIMIT 20', country, minPopulation);
    return rows.map(asCity);
  }
}

@Injectable()
export class CityChanges {
  constructor(
    private readonly database: Database,
    private readonly cities: Cities,
    private readonly registry: CacheRegistry,
    @InjectCache(Cities, 'find') private readonly found: CacheHandle<Cities['find']>,
  ) {}

  /** Loads the changed city at once, so that nobody has to wait for it. */
  async setPopulation(id: number, population: number): Promise<City> {
    const before = await this.cities.find(id);
    await this.database.change('UPDATE cities SET population = ? WHERE id = ?', population, id);
    const city = { ...before, population, loadedAs: randomUUID() };
    await this.found.set([id], city);
    await this.registry.invalidateTags(['search']);
    return city;
  }

  async remove(id: number): Promise<void> {
    await this.database.change('DELETE FROM cities WHERE id = ?', id);
    await this.found.delete(id);
    await this.registry.invalidateTags(['search']);
  }

  /** Everything of one country at once, in every cache. */
  async grow(country: string): Promise<void> {
    await this.database.change('UPDATE cities SET population = population + 1 WHERE country = ?', country);
    await this.registry.invalidateTags([`country:${country}`, 'search']);
  }
}

const asCity = ({ id, name, country, population }: Row): City => ({
  id: id as number,
  name: name as string,
  country: country as string,
  population: population as number,
  loadedAs: randomUUID(),
});
