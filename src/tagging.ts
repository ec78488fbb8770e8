/**
 * The tags of one cache: what its results are tagged with, and which loads are too old for theirs.
 */
import { ScrubjayError } from './errors.js';
import { InvalidatedTags } from './flight/invalidated-tags.js';
import type { Flight } from './flight/single-flight.js';
import { describe, singleUseKind } from './kinds.js';
import { wrong } from './misuse.js';

/** What the user said: the same tags for all results, or a function that finds them. */
export type TagsSetting = readonly string[] | ((result: never, ...args: readonly never[]) => unknown);

/** A call, as far as its tags go. */
interface TaggedCall {
  readonly self: unknown;
  readonly args: readonly unknown[];
}

const NO_TAGS: readonly string[] = [];

/** For results whose tags a function finds. */
export class Tagging {
  readonly #ask: (result: never, ...args: readonly never[]) => unknown;
  readonly #where: string;
  readonly #report: (error: ScrubjayError) => void;
  readonly #invalidated = new InvalidatedTags();

  /** `where` begins messages; `report` is told of a function that fails where a load must not. */
  constructor(ask: (result: never, ...args: readonly never[]) => unknown, where: string, report: (error: ScrubjayError) => void) {
    this.#ask = ask;
    this.#where = where;
    this.#report = report;
  }

  /** Changes with each invalidation. */
  get generation(): number {
    return this.#invalidated.generation;
  }

  /**
   * What a result is tagged with.
   * @throws SCRUBJAY_BAD_TAGS when the function failed, or gave something else than a list of texts
   */
  tagsOf(result: unknown, { self, args }: TaggedCall): readonly string[] {
    let said: unknown;
    try {
      said = this.#ask.call(self as never, result as never, ...(args as readonly never[]));
    } catch (cause) {
      throw this.#badTags(`it failed: ${cause instanceof Error ? cause.message : describe(cause)}`, cause);
    }
    if (!isListOfTexts(said)) throw this.#badTags(`it gave ${describe(said)}`);
    return [...new Set(said)];
  }

  #badTags(found: string, cause?: unknown): ScrubjayError {
    return new ScrubjayError(
      'SCRUBJAY_BAD_TAGS',
      `${this.#where}: tags must give a list of texts, such as ['users', 'user:1'], or an empty one; ${found}. The result was answered with and not stored.`,
      { cause },
    );
  }

  /** A load begins: to be said before the method runs, what that invalidates itself counts too. */
  begin(flight: Flight): void {
    flight.began = this.#invalidated.begin();
  }

  /** The load has failed. */
  fail(flight: Flight): void {
    this.#invalidated.end(flight.began as number);
  }

  /** The load has ended. Gives the tags of its result; `undefined` where one of them was invalidated since it began, or nobody knows them, and it is not to be stored. */
  land(flight: Flight, result: unknown, call: TaggedCall): readonly string[] | undefined {
    const { began } = flight as { began: number };
    try {
      // What can be read only once is not stored, and not looked into here.
      const tags = singleUseKind(result) === undefined ? this.tagsOf(result, call) : NO_TAGS;
      flight.isOutdated = this.#invalidated.hasAny(tags, began);
      return flight.isOutdated ? undefined : tags;
    } catch (error) {
      flight.isOutdated = began !== this.generation;
      this.#report(error as ScrubjayError);
      return undefined;
    } finally {
      this.#invalidated.end(began);
    }
  }

  /** Whether tags were invalidated since the load began, so that who asks only now may have to ask again when its result is known. */
  isOlder({ began }: Flight): boolean {
    return began !== this.generation;
  }

  /** From now on loads under way that turn out to carry one of these tags are not stored. */
  invalidate(tags: readonly string[]): void {
    this.#invalidated.invalidate(tags);
  }
}

const isListOfTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((tag) => typeof tag === 'string');

/**
 * What somebody wants to invalidate.
 * @throws SCRUBJAY_BAD_OPTION
 */
export function checkTags(tags: unknown, where: string): readonly string[] {
  if (isListOfTexts(tags)) return tags;
  throw wrong('SCRUBJAY_BAD_OPTION', where, "tags must be a list of texts, such as ['user:1']", tags);
}
