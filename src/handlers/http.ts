import { BadInputError } from '../core/errors.ts';
import type { HttpAnswer, HttpRequest, Observer } from '../ports.ts';

/** Largest body that is read, in bytes: Stripe's largest events are some tens of kilobytes. */
export const LARGEST_BODY_BYTES = 262_144;

/**
 * Answers a request with what `handle` returns, or with the reason why its input is bad. What is not the caller's
 * fault is thrown on: the caller gets a 500 and tries again.
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
    if (!(error instanceof BadInputError)) throw error;
    observer.warn('request refused', { status: error.status, reason: error.message });
    return { status: error.status, body: { error: error.message } };
  }
}

/** The body as JSON. Throws BadInputError if it is not. */
export function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadInputError('the body is not JSON');
  }
}
