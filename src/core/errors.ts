/**
 * The caller sent something that can never be right: a malformed webhook, an unknown client, a bad id.
 * Retrying does not help, unless `details` says when. `status` is what an HTTP caller is told, e.g. 400; `details` come
 * with it in the body, e.g. `{ rule }`.
 */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, status = 400, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** Something outside did not answer as it should, e.g. a throttled call. The same call may succeed later. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError';
}

/** What must never happen did, e.g. an access point that belongs to somebody else. Stop, and tell a person. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * The installation lacks something that only an operator can give it: a file system that does not exist, a missing task
 * definition, a quota that is used up. The message says what, and what to do.
 */
export class InstallationError extends Error {
  override readonly name = 'InstallationError';
}
