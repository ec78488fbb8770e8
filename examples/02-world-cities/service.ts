/**
 * The service: what any application might have. The three decorators are all that caching takes.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Cached, Key } from 'scrubjay';
import type { City } from './cities.js';
import { CAPACITIES } from './plan.js';

/** A city and how far it is, in kilometres. */
export interface Found extends City {
  readonly km: number;
}

/** Where to look. */
export interface Area {
  readonly lat: number;
  readonly lng: number;
  readonly radiusKm: number;
  readonly limit?: number;
}

const EARTH_RADIUS_KM = 6371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

export class CityService {
  /** Loads that really ran. */
  loads = 0;
  /** Where each city lies on a sphere of radius 1: x, y, z, one city after the other. */
  readonly #positions: Float64Array;

  constructor(private readonly cities: readonly City[]) {
    this.#positions = Float64Array.from(cities.flatMap(({ lat, lng }) => positionOf(lat, lng)));
  }

  /** The city nearest to a point: looks at every city there is. */
  @Cached({ capacity: CAPACITIES.nearest, persist: { driver: 'jsonl', durability: 'interval' } })
  nearest(@Key('lat') lat: number, @Key('lng') lng: number): Found {
    this.loads++;
    let best = 0;
    let bestCosine = -1;
    this.#eachCosine(lat, lng, (index, cosine) => {
      if (cosine <= bestCosine) return;
      best = index;
      bestCosine = cosine;
    });
    return { ...(this.cities[best] as City), km: kmOf(bestCosine) };
  }

  /** Cities by the beginning of their name, as a database would give them: it takes a while. */
  @Cached({ capacity: CAPACITIES.search, persist: { driver: 'jsonl', durability: 'always' } })
  async search(@Key('prefix') prefix: string, @Key('country') country = 'FR', @Key('limit') limit = 5): Promise<readonly City[]> {
    this.loads++;
    await pause(1);
    return this.cities.filter((city) => city.country === country && city.name.startsWith(prefix)).slice(0, limit);
  }

  /** Cities around a point, nearest first. */
  @Cached({ capacity: CAPACITIES.within, persist: { driver: 'jsonl', durability: 'os' } })
  within(@Key('area') { lat, lng, radiusKm, limit = 3 }: Area): readonly Found[] {
    this.loads++;
    const found: Found[] = [];
    const least = Math.cos(radiusKm / EARTH_RADIUS_KM);
    this.#eachCosine(lat, lng, (index, cosine) => {
      if (cosine >= least) found.push({ ...(this.cities[index] as City), km: kmOf(cosine) });
    });
    return found.sort((one, other) => one.km - other.km).slice(0, limit);
  }

  /** Visits every city with the cosine of the angle, seen from the middle of the earth, between it and a point. */
  #eachCosine(lat: number, lng: number, visit: (index: number, cosine: number) => void): void {
    const [x, y, z] = positionOf(lat, lng);
    const positions = this.#positions;
    for (let index = 0, at = 0; at < positions.length; index++, at += 3) {
      visit(index, x * (positions[at] as number) + y * (positions[at + 1] as number) + z * (positions[at + 2] as number));
    }
  }
}

function positionOf(lat: number, lng: number): readonly [x: number, y: number, z: number] {
  const [phi, lambda] = [radians(lat), radians(lng)];
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

const kmOf = (cosine: number): number => Math.round(EARTH_RADIUS_KM * Math.acos(Math.min(1, cosine)) * 1000) / 1000;
