/**
 * Lets a web request say in its `Cache-Control` what it wants of the caches behind it.
 */
import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, GatewayTimeoutException, Inject, Injectable, type NestInterceptor, Optional } from '@nestjs/common';
import { catchError, map, type Observable } from 'rxjs';
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
}

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
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<{ headers: Record<string, unknown> }>();
    const { allow, etag } = this.#options;
    const control = allow?.(request) === false ? undefined : controlOf(request.headers);
    // Nest binds the handler to whatever goes on when `handle` is called.
    const answer = control === undefined ? next.handle() : withCacheControl(control, () => next.handle()).pipe(catchError(asGatewayTimeout));
    return etag === true ? answer.pipe(map((result: unknown) => tagged(result, context.switchToHttp().getResponse()))) : answer;
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

function tagged(result: unknown, reply: Reply): unknown {
  const body = typeof result === 'string' ? result : JSON.stringify(result);
  if (body !== undefined && reply.getHeader('etag') === undefined) reply.header('ETag', `W/"${createHash('sha1').update(body).digest('base64url')}"`);
  return result;
}
