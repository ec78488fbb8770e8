/** Over HTTP: everything around a cached method still runs, arguments are what pipes made of them, and a request may say what it wants of the caches. */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import {
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Header,
  type INestApplication,
  Injectable,
  Module,
  type NestInterceptor,
  NotFoundException,
  Param,
  type PipeTransform,
  Query,
  Res,
  SetMetadata,
  Sse,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { from, map, type Observable } from 'rxjs';
import { Cached, CacheRegistry } from '../../../src/index';
import { CACHE_CONTROL_OPTIONS, CacheControlInterceptor, ScrubjayModule } from '../../../src/integrations/nestjs/index';
import { manualClockForEachTest } from '../../support/manual-clock';

const time = manualClockForEachTest();
const seen: string[] = [];

@Injectable()
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    seen.push(`guard ${new Reflector().get<string>('role', context.getHandler())} of ${context.getHandler().name}`);
    return true;
  }
}

@Injectable()
class Wrapping implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    seen.push('interceptor');
    return next.handle().pipe(map((found: object) => ({ ...found, wrapped: true })));
  }
}

@Injectable()
class Trim implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    seen.push(`pipe ${type}`);
    return typeof value === 'string' ? value.trim() : value;
  }
}

@Catch(NotFoundException)
class Filter implements ExceptionFilter {
  catch(_error: unknown, host: { switchToHttp(): { getResponse(): { status(code: number): { json(body: unknown): void } } } }): void {
    seen.push('filter');
    host.switchToHttp().getResponse().status(404).json({ filtered: true });
  }
}

/** A decorator of somebody's own, that runs around the method. */
const Around =
  (what: string): MethodDecorator =>
  (_target, _name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    const around = function (this: unknown, ...args: unknown[]): unknown {
      seen.push(what);
      return method.apply(this, args);
    };
    for (const key of Reflect.getOwnMetadataKeys(method)) Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), around);
    Object.defineProperty(around, 'name', { value: method.name });
    return { ...descriptor, value: around as never };
  };

class Search {
  country = '';
  least = 0;
}

/** As ValidationPipe with `transform` does. */
@Injectable()
class ToSearch implements PipeTransform {
  transform(value: { country: string; least: string }): Search {
    return Object.assign(new Search(), { country: value.country, least: Number(value.least) });
  }
}

let runs = 0;

@Controller()
@UseFilters(Filter)
class CitiesController {
  @UseGuards(Guard)
  @Around('above')
  @Cached({ params: ['id'] })
  @Around('below')
  @SetMetadata('role', 'reader')
  @UseInterceptors(Wrapping)
  @UsePipes(Trim)
  @Header('X-Kept', 'yes')
  @Get('below/:id')
  below(@Param('id') id: string): object {
    return { id, run: ++runs };
  }

  @Cached()
  @Get('cached-above/:id')
  @UseGuards(Guard)
  @SetMetadata('role', 'reader')
  cachedAbove(@Param('id', Trim) id: string): object {
    if (id === 'none') throw new NotFoundException();
    return { id, run: ++runs };
  }

  @Get('search')
  @Cached()
  search(@Query(ToSearch) search: Search): object {
    return { isSearch: search instanceof Search, ...search, run: ++runs };
  }

  @Get('shared/:id')
  @UseInterceptors(CacheControlInterceptor)
  @Cached({ ttl: '1h' })
  async shared(@Param('id') id: string): Promise<object> {
    return { id, run: ++runs };
  }

  @Get('composed/:one/:other')
  @UseInterceptors(CacheControlInterceptor)
  async composed(@Param('one') one: string, @Param('other') other: string): Promise<string[]> {
    return [await this.part(one), await this.part(other)];
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.part('warm');
  }

  @Cached()
  async part(id: string): Promise<string> {
    return id;
  }

  @Sse('events')
  @UseInterceptors(CacheControlInterceptor)
  events(): Observable<{ data: string }> {
    return from(['one', 'two'].map((data) => ({ data })));
  }

  @Get('aged/:id')
  @UseInterceptors(CacheControlInterceptor)
  async aged(@Param('id') id: string, @Res({ passthrough: true }) response: { header(name: string, value: string): void }): Promise<string> {
    response.header('Age', 'its own');
    return this.part(id);
  }
}

@Module({
  imports: [ScrubjayModule.forRoot()],
  controllers: [CitiesController],
  providers: [
    {
      provide: CACHE_CONTROL_OPTIONS,
      useValue: { etag: true, age: true, allow: (request: { headers: Record<string, unknown> }) => request.headers['x-guest'] === undefined },
    },
  ],
})
class AppModule {}

let app: INestApplication;
let home: string;
beforeAll(async () => {
  app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  home = `http://127.0.0.1:${(app.getHttpServer() as { address(): AddressInfo }).address().port}/`;
});
afterAll(async () => {
  await app.close();
});
beforeEach(() => {
  seen.length = 0;
  runs = 0;
});

const ask = async (path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(home + path, { headers: { ...headers } });
const json = async (path: string, headers?: Record<string, string>): Promise<unknown> => (await ask(path, headers)).json();
const statsOf = (name: string) => app.get(CacheRegistry).stats()[`CitiesController.${name}`];

test('guards, pipes, interceptors and decorators above run for every request, those below for every load', async () => {
  const first = await ask('below/%20c1');
  expect(first.headers.get('x-kept')).toBe('yes');
  expect(await first.json()).toEqual({ id: 'c1', run: 1, wrapped: true });
  expect(seen).toEqual(['guard reader of below', 'interceptor', 'pipe param', 'above', 'below']);
  seen.length = 0;
  expect(await json('below/c1')).toEqual({ id: 'c1', run: 1, wrapped: true });
  expect(seen).toEqual(['guard reader of below', 'interceptor', 'pipe param', 'above']);
  expect(statsOf('below')).toMatchObject({ hits: 1, misses: 1 });
});

test('the same with the cache at the top; errors reach the filters and are not cached', async () => {
  expect(await json('cached-above/c1')).toEqual({ id: 'c1', run: 1 });
  expect(await json('cached-above/c1')).toEqual({ id: 'c1', run: 1 });
  expect(seen).toEqual(['guard reader of cachedAbove', 'pipe param', 'guard reader of cachedAbove', 'pipe param']);
  seen.length = 0;
  expect(await json('cached-above/none')).toEqual({ filtered: true });
  expect(await json('cached-above/none')).toEqual({ filtered: true });
  expect(seen.filter((what) => what === 'filter')).toHaveLength(2);
  expect(statsOf('cachedAbove')).toMatchObject({ misses: 3, loadErrors: 2, size: 1 });
});

test('an instance of a DTO is a key by its class and what is in it', async () => {
  expect(await json('search?country=FR&least=10')).toEqual({ isSearch: true, country: 'FR', least: 10, run: 1 });
  expect(await json('search?least=10&country=FR')).toMatchObject({ run: 1 });
  expect(await json('search?country=FR&least=11')).toMatchObject({ run: 2 });
});

describe('a request that says what it wants', () => {
  test.each(['no-cache', 'max-age=0', 'Max-Age="0"', 'private, no-cache'])('%s: is loaded anew, and stored', async (said) => {
    await json('shared/c1');
    const { run } = (await json('shared/c1', { 'Cache-Control': said })) as { run: number };
    expect(run).toBe(runs);
    expect(await json('shared/c1')).toMatchObject({ run });
  });

  test('Pragma: no-cache, from clients of old', async () => {
    const before = (await json('shared/c2')) as { run: number };
    expect(await json('shared/c2', { Pragma: 'no-cache' })).toMatchObject({ run: before.run + 1 });
  });

  test('no-store: goes by the cache', async () => {
    const before = await json('shared/c3');
    expect(await json('shared/c3', { 'Cache-Control': 'no-store' })).not.toEqual(before);
    expect(await json('shared/c3')).toEqual(before);
  });

  test('only-if-cached: 504 where nothing is cached', async () => {
    expect((await ask('shared/c4', { 'Cache-Control': 'only-if-cached' })).status).toBe(504);
    const before = await json('shared/c4');
    expect(await json('shared/c4', { 'Cache-Control': 'only-if-cached' })).toEqual(before);
  });

  test('min-fresh: loads what would end sooner; max-stale and what makes no sense change nothing', async () => {
    const before = (await json('shared/c5')) as { run: number };
    expect(await json('shared/c5', { 'Cache-Control': 'min-fresh=60, max-stale' })).toEqual(before);
    expect(await json('shared/c5', { 'Cache-Control': 'min-fresh=soon, max-age=10' })).toEqual(before);
    expect(await json('shared/c5', { 'Cache-Control': 'min-fresh=7200' })).toMatchObject({ run: before.run + 1 });
  });

  test('is not listened to unless it may', async () => {
    const before = await json('shared/c6');
    expect(await json('shared/c6', { 'Cache-Control': 'no-cache', 'X-Guest': 'yes' })).toEqual(before);
  });

  test('gets an ETag made of the result, and 304 when it has that already', async () => {
    const first = await ask('shared/c7');
    const etag = first.headers.get('etag') as string;
    expect(etag).toMatch(/^W\/"[\w-]{27}"$/);
    // fetch adds `no-cache` to what has an If-None-Match and says nothing itself.
    expect((await ask('shared/c7', { 'If-None-Match': etag, 'Cache-Control': 'max-age=60' })).status).toBe(304);
    const anew = await ask('shared/c7', { 'Cache-Control': 'no-cache' });
    expect(anew.headers.get('etag')).not.toBe(etag);
  });

  test('gets the age of the oldest result that a cache gave to it, and none where none did', async () => {
    expect((await ask('composed/a/b')).headers.get('age')).toBeNull();
    time.clock.advance(1000);
    expect((await ask('composed/c/c')).headers.get('age')).toBe('0');
    time.clock.advance(60_900);
    expect((await ask('composed/c/a')).headers.get('age')).toBe('61');
    expect((await ask('composed/a/c')).headers.get('age')).toBe('61');
    expect((await ask('composed/c/d')).headers.get('age')).toBe('60');
    expect((await ask('composed/c/a', { 'Cache-Control': 'no-cache' })).headers.get('age')).toBeNull();
    expect((await ask('composed/c/a', { 'X-Guest': 'yes' })).headers.get('age')).toBe('0');
  });

  test('gets the age of what was stored before the first request, too', async () => {
    expect((await ask('composed/warm/warm')).headers.get('age')).not.toBeNull();
  });

  test('gets no age where the response has one', async () => {
    await json('composed/a/a');
    expect((await ask('aged/a')).headers.get('age')).toBe('its own');
  });

  test('that is answered in several parts gets them all', async () => {
    expect(await (await ask('events')).text()).toContain('data: two');
  });
});
