import { BadInputError, InstallationError, RetryableError } from '../core/errors.ts';
import type { HttpAnswer, HttpRequest, Observer } from '../ports.ts';

/** Largest body that is read, in bytes: Stripe's largest events are some tens of kilobytes. */
export const LARGEST_BODY_BYTES = 262_144;

/** What a caller is asked to wait where nobody knows better, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/**
 * Answers a request with what `handle` returns, or with the reason why it cannot be done: 4xx where the caller has to
 * change something, 503 where it is to try again, or an operator has to act. Any other error is thrown on, and the
 * caller gets a 500.
 */
export async function answer(
  request: HttpRequest,
  observer: Observer,
  handle: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  try {
    const size = Buffer.byteLength(request.body);
    if (size > LARGEST_BODY_BYTES) {
      throw new BadInputError(`the body has ${size} bytes, expected at most ${LARGEST_BODY_BYTES}`, 413);
    }
    return await handle(request);
  } catch (error) {
    return answerError(error, observer);
  }
}

function answerError(error: unknown, observer: Observer): HttpAnswer {
  if (error instanceof BadInputError) {
    const { status, message, details } = error;
    observer.warn('request refused', { status, reason: message });
    return { status, body: { error: message, ...details }, ...retryAfter(details.retryAfterSeconds) };
  }
  if (error instanceof RetryableError) {
    observer.warn('request could not be served now', { reason: error.message });
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    return {
      status: 503,
      body: { error: error.message, retryAfterSeconds },
      ...retryAfter(retryAfterSeconds),
    };
  }
  if (error instanceof InstallationError) {
    observer.count('InstallationProblem');
    observer.error('request could not be served until an operator acts', { reason: error.message });
    return { status: 503, body: { error: error.message } };
  }
  throw error;
}

function retryAfter(seconds: unknown): Pick<HttpAnswer, 'headers'> {
  return typeof seconds === 'number' ? { headers: { 'retry-after': String(seconds) } } : {};
}

/** The body as JSON. Throws BadInputError if it is not. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadInputError('the body is not JSON');
  }
}
