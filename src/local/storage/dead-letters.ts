import { appendFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What could not be handled after all retries. */
export interface DeadLetter {
  functionName: string;
  /** Why there was no further try, in AWS's words, e.g. `RetriesExhausted`. */
  reason: string;
  /** How often the function was tried. */
  attempts: number;
  /** The last error, in one line. */
  error: string;
  /** The event as the function got it. */
  payload: unknown;
}

/** Where dead letters go. Rejects when one could not be kept: it is then not dealt with. */
export type FailureDestination = (letter: DeadLetter) => Promise<void>;

/**
 * Appends each dead letter as a line of JSON to the file at `path`, with its `time` (ISO 8601) by `now`
 * (epoch seconds). Unlike the queues on AWS the file holds the whole event, also that of a stream's batch.
 */
export function deadLetterFile(path: string, now: () => number): FailureDestination {
  return async (letter) => {
    const time = new Date(now() * 1000).toISOString();
    await mkdir(dirname(path), { recursive: true });
    // Events carry customers' data: only for the user who runs the stack.
    await appendFile(path, `${JSON.stringify({ time, ...letter })}\n`, { mode: 0o600 });
  };
}
