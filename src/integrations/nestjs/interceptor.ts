/**
 * Lets a web request say in its `Cache-Control` what it wants of the caches behind it.
 */
import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, GatewayTimeoutException, Inject, Injectable, type NestInterceptor, Optional } from '@nestjs/common';
import { catchError, type Observable, tap } from 'rxjs';
import { isScrubjayError, withCacheControl } from '../../index.js';
import { controlOf } from './request-directives.js';

/** How requests are listened to. */
export interface CacheControlOptions {
  /**
   * Whether this request may say what it wants: who may makes every call load. Default: every request.
   */
  readonly allow?: (request: any) => boolean;
  /** Sets a weak `ETag` made of the result, unless the response has one. Express then answers 304 by itself where the client has it already. Default false. */
  readonly etag?: boolean;
  /**
   * Sets `Age`, unless the response has one: the whole seconds since the oldest result was stored that a cache gave to this request. Where none did, and where the age of one is not
   * known, there is no `Age`. Default false.
   */
  readonly age?: boolean;
}

const NOTHING_CACHED = -1;
const UNKNOWN = Number.POSITIVE_INFINITY;

/** Under this token `@UseInterceptors(CacheControlInterceptor)` finds its options. */
export const CACHE_CONTROL_OPTIONS = Symbol('options of CacheControlInterceptor');

/**
 * `no-cache` and `max-age=0` load anew, `no-store` goes by the caches, `only-if-cached` answers 504 where nothing is cached; `min-fresh` and `max-stale` do what they
 * say. `app.useGlobalInterceptors(new CacheControlInterceptor({ etag: true }))`, or `@UseInterceptors(CacheControlInterceptor)`. Requests of other kinds than HTTP pass.
 */
export class CacheControlInterceptor implements NestInterceptor {
  readonly #options: CacheControlOptions;

  constructor(options?: CacheControlOptions) {
    this.#options = options ?? {};
    // Before anything is stored, so that its age is known.
    if (this.#options.age === true) withCacheControl({ onAge: () => undefined }, () => undefined);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
    const { allow, etag, age } = this.#options;
    const said = allow?.(request) === false ? undefined : controlOf(request.headers);
    let oldestMs = NOTHING_CACHED;
    const onAge = (ageMs = UNKNOWN): void => {
      oldestMs = Math.max(oldestMs, ageMs);
    };
    const control = age === true ? { ...said, onAge } : said;
    // Nest binds the handler to whatever goes on when `handle` is called.
    const answer = control === undefined ? next.handle() : withCacheControl(control, () => next.handle()).pipe(catchError(asGatewayTimeout));
    if (etag !== true && age !== true) return answer;
    return answer.pipe(
      tap((result: unknown) => {
        const reply = context.switchToHttp().getResponse<Reply>();
        if (etag === true) setTag(reply, result);
        if (oldestMs !== NOTHING_CACHED && oldestMs !== UNKNOWN) setHeader(reply, 'Age', String(Math.floor(oldestMs / 1000)));
      }),
    );
  }
}

Injectable()(CacheControlInterceptor);
Optional()(CacheControlInterceptor, undefined, 0);
Inject(CACHE_CONTROL_OPTIONS)(CacheControlInterceptor, undefined, 0);

function asGatewayTimeout(error: unknown): never {
  if (isScrubjayError(error) && error.code === 'SCRUBJAY_ONLY_IF_CACHED') throw new GatewayTimeoutException(error.message, { cause: error });
  throw error;
}

/** What Express and Fastify have in common. */
interface Reply {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}

function setTag(reply: Reply, result: unknown): void {
  const body = typeof result === 'string' ? result : JSON.stringify(result);
  if (body !== undefined) setHeader(reply, 'ETag', `W/"${createHash('sha1').update(body).digest('base64url')}"`);
}

function setHeader(reply: Reply, name: string, value: string): void {
  if (reply.getHeader(name) === undefined) reply.header(name, value);
}
