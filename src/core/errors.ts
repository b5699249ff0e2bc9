/**
 * The caller sent something that can never be right: a malformed webhook, an unknown client, a bad id.
 * Retrying does not help. `status` is what an HTTP caller is told, e.g. 400.
 */
export class BadInputError extends Error {
  override readonly name = 'BadInputError';
  readonly status: number;

  constructor(message: string, status = 400) {
    super(message);
    this.status = status;
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
