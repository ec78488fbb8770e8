/** The endpoints. */
import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Post, Put, Query } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { CacheRegistry, type MethodStats } from 'scrubjay';
import { ScrubjayHealthIndicator } from 'scrubjay/nestjs';
import { Cities, type City, CityChanges } from './cities.js';
import { Database } from './database.js';
import { PopulationDto, SearchDto } from './dtos.js';

@Controller('cities')
export class CitiesController {
  constructor(
    private readonly cities: Cities,
    private readonly changes: CityChanges,
  ) {}

  @Get()
  async search(@Query() search: SearchDto): Promise<City[]> {
    return this.cities.search(search);
  }

  @Get(':id')
  async find(@Param('id', ParseIntPipe) id: number): Promise<City> {
    return this.cities.find(id);
  }

  @Put(':id')
  async setPopulation(@Param('id', ParseIntPipe) id: number, @Body() { population }: PopulationDto): Promise<City> {
    return this.changes.setPopulation(id, population);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id', ParseIntPipe) id: number): Promise<void> {
    await this.changes.remove(id);
  }

  @Delete(':id/cached')
  async forget(@Param('id', ParseIntPipe) id: number): Promise<{ existed: boolean }> {
    return { existed: await this.changes.forget(id) };
  }

  @Post('grow/:country')
  @HttpCode(204)
  async grow(@Param('country') country: string): Promise<void> {
    await this.changes.grow(country);
  }
}

@Controller()
export class OperationsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly caches: ScrubjayHealthIndicator,
    private readonly registry: CacheRegistry,
    private readonly database: Database,
  ) {}

  @Get('health')
  @HealthCheck()
  async check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.caches.isHealthy('caches')]);
  }

  @Get('stats')
  stats(): { queries: number; caches: Record<string, MethodStats> } {
    return { queries: this.database.queries, caches: this.registry.stats() };
  }

  /** Next to be dropped first. */
  @Get('stats/:cache/keys')
  keys(@Param('cache') cache: string): string[] {
    return this.registry.get(cache)?.keys() ?? [];
  }
}
