/**
 * Every error scrubjay raises: a stable `code` for programs, a sentence for people.
 * Two builds of the library may be loaded in one process, so catch by `code`, never by `instanceof`.
 */

/** The stable names of scrubjay's own errors. `docs/errors.md` says for each what happened and what to do. */
export type ErrorCode =
  | 'SCRUBJAY_BAD_CAPACITY'
  | 'SCRUBJAY_BAD_DECORATOR'
  | 'SCRUBJAY_BAD_DRIVER'
  | 'SCRUBJAY_BAD_KEY_NAME'
  | 'SCRUBJAY_BAD_OPTION'
  | 'SCRUBJAY_BAD_TAGS'
  | 'SCRUBJAY_BAD_TTL'
  | 'SCRUBJAY_UNKNOWN_OPTION'
  | 'SCRUBJAY_KEY_REFUSED'
  | 'SCRUBJAY_KEY_FAILED'
  | 'SCRUBJAY_KEY_UNNAMED'
  | 'SCRUBJAY_NO_PEPPER'
  | 'SCRUBJAY_WHEN_FAILED'
  | 'SCRUBJAY_UNLESS_FAILED'
  | 'SCRUBJAY_ONLY_IF_CACHED'
  | 'SCRUBJAY_UNMAPPED'
  | 'SCRUBJAY_NAME_TAKEN'
  | 'SCRUBJAY_SCOPE_UNDECLARED'
  | 'SCRUBJAY_ADOPTED_LATE'
  | 'SCRUBJAY_MODULE_MISSING'
  | 'SCRUBJAY_MODULE_TWICE'
  | 'SCRUBJAY_NOT_OPEN'
  | 'SCRUBJAY_NOT_CACHED'
  | 'SCRUBJAY_WHICH_CACHE'
  | 'SCRUBJAY_LISTENER_FAILED'
  | 'SCRUBJAY_MEMORY_PRESSURE'
  | 'SCRUBJAY_PEER_MISSING'
  | 'SCRUBJAY_POLICY_FAILED'
  | 'SCRUBJAY_SIZE_FAILED'
  | 'SCRUBJAY_RESULT_REFUSED'
  | 'SCRUBJAY_RESULT_MUTATED'
  | 'SCRUBJAY_CONTEXT_UNKEYED'
  | 'SCRUBJAY_BATCH_MISMATCH'
  | 'SCRUBJAY_SELF_WAIT'
  | 'SCRUBJAY_TOO_MANY_LOADS'
  | 'SCRUBJAY_LOAD_TIMEOUT'
  | 'SCRUBJAY_ARGUMENTS_CHANGED'
  | 'SCRUBJAY_VALUE_REFUSED'
  | 'SCRUBJAY_LOG_DAMAGED'
  | 'SCRUBJAY_LOG_FOREIGN'
  | 'SCRUBJAY_LOG_NEWER'
  | 'SCRUBJAY_VERSION_OLDER'
  | 'SCRUBJAY_COMPACTION_FAILED'
  | 'SCRUBJAY_DIRECTORY_BUSY'
  | 'SCRUBJAY_DISK_FAILED'
  | 'SCRUBJAY_NOT_DURABLE';

/** An error of scrubjay's own. Errors of your methods always reach your callers untouched, never wrapped in this. */
export class ScrubjayError extends Error {
  /** What went wrong, for programs. Stable between releases; the message is not. */
  readonly code: ErrorCode;
  /** Not assigned: that throws in a process that has frozen `Error.prototype`. */
  override name = 'ScrubjayError';

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is scrubjay's own, whichever build of the library made it. */
export function isScrubjayError(error: unknown): error is ScrubjayError {
  return error instanceof Error && typeof (error as { code?: unknown }).code === 'string' && error.name === 'ScrubjayError';
}
