/** `npm start`, then `curl localhost:3000/cities/7`. Everything it keeps is below DATA_DIRECTORY. */
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { CacheControlInterceptor, ScrubjayModule } from 'scrubjay/nestjs';
import { Cities, CityChanges } from './cities.js';
import { CitiesController, OperationsController } from './controllers.js';
import { Database } from './database.js';

const directory = process.env['DATA_DIRECTORY'] ?? 'data';
mkdirSync(directory, { recursive: true });

@Module({
  imports: [
    ScrubjayModule.forRoot({ persist: { directory: join(directory, 'caches') }, maxBytes: '64mb', pressure: true }),
    TerminusModule.forRoot({ logger: false }),
  ],
  controllers: [CitiesController, OperationsController],
  providers: [{ provide: Database, useFactory: () => Database.open(join(directory, 'cities.sqlite')) }, Cities, CityChanges],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
app.useGlobalInterceptors(new CacheControlInterceptor({ etag: true, age: true }));
// SIGTERM and SIGINT end what is under way, then close the caches.
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(`listening on ${await app.getUrl()}`);
