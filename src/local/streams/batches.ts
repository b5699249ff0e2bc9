import { inspect } from 'node:util';
import type { StreamMapping } from '../template/functions.ts';
import type { StreamRecord } from './records.ts';

/** Lambda's limit of an invocation's payload. */
const LARGEST_BATCH_BYTES = 6 * 1024 * 1024;
/** First wait before a retry; doubled with each further one. */
const RETRY_BASE_MS = 100;
/** No wait gets longer than this, however often a batch has failed. */
const RETRY_LIMIT_MS = 30_000;

/** Records of one lane, in order, that are or were one invocation's batch. */
export interface Piece {
  records: readonly StreamRecord[];
  /** Retries used up so far. */
  retries: number;
}

/** How an invocation ended. */
export type Outcome = { kind: 'returned'; response: unknown } | { kind: 'threw'; error: unknown };

/** What becomes of a piece after an invocation. Each of its records is in exactly one of the lists. */
export interface Verdict {
  kind: 'handled' | 'split' | 'retry' | 'discard';
  reason: string;
  handled: readonly StreamRecord[];
  /** For the failure destination: they are not tried again. */
  discarded: readonly StreamRecord[];
  /** To be tried next, in this order. */
  next: readonly Piece[];
  /** How long to wait before `next`. */
  delayMs: number;
}

/** How many of the leading `records` make the next batch: at most `batchSize` and 6 MB, at least one. */
export function countOfBatch(records: readonly StreamRecord[], batchSize: number): number {
  let bytes = 0;
  let count = 0;
  for (const record of records) {
    if (count === batchSize) break;
    bytes += record.sizeBytes;
    if (count > 0 && bytes > LARGEST_BATCH_BYTES) break;
    count += 1;
  }
  return count;
}

/**
 * Decides what becomes of `piece` after an invocation ended with `outcome`. `now` is in real epoch seconds,
 * as records' ages count in real time; `random` gives the retry's jitter, 0 (included) to 1 (excluded).
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function decideAfterInvocation(
  piece: Piece,
  outcome: Outcome,
  mapping: StreamMapping,
  now: number,
  random: () => number,
): Verdict {
  const failure = findFailure(piece.records, outcome, mapping);
  if (failure === undefined) {
    return { kind: 'handled', reason: '', handled: piece.records, discarded: [], next: [], delayMs: 0 };
  }
  const { reason } = failure;
  const handled = piece.records.slice(0, failure.at);
  const left = piece.records.slice(failure.at);
  // AWS splits a reported failure at the reported record only, which is what `handled` does.
  if (failure.whole && mapping.bisect && left.length > 1) {
    return { kind: 'split', reason, handled, discarded: [], next: halves(left, piece.retries), delayMs: 0 };
  }
  if (mapping.maximumRetryAttempts >= 0 && piece.retries >= mapping.maximumRetryAttempts) {
    const exhausted = `RetryAttemptsExhausted: ${reason}`;
    return { kind: 'discard', reason: exhausted, handled, discarded: left, next: [], delayMs: 0 };
  }
  return retryYoungEnough(left, { handled, reason, retries: piece.retries + 1 }, mapping, now, random);
}

/** The wait before the `retry`th retry (from 1): exponential, half of it random. */
export function retryDelayMs(retry: number, random: () => number): number {
  const delay = Math.min(RETRY_BASE_MS * 2 ** Math.min(retry - 1, 20), RETRY_LIMIT_MS);
  return delay / 2 + (random() * delay) / 2;
}

interface Failure {
  /** Index of the first record that failed. */
  at: number;
  /** Whether nothing is known about which record it was. */
  whole: boolean;
  reason: string;
}

function findFailure(
  records: readonly StreamRecord[],
  outcome: Outcome,
  mapping: StreamMapping,
): Failure | undefined {
  if (outcome.kind === 'threw') return { at: 0, whole: true, reason: String(outcome.error) };
  if (!mapping.reportsBatchItemFailures) return undefined;
  const identifiers = failedIdentifiers(outcome.response);
  if (identifiers === undefined) {
    return {
      at: 0,
      whole: true,
      reason: `response ${inspect(outcome.response)} is not {batchItemFailures: [{itemIdentifier}]}`,
    };
  }
  if (identifiers.length === 0) return undefined;
  const positions = identifiers.map((id) => records.findIndex((record) => record.sequenceNumber === id));
  const unknown = positions.indexOf(-1);
  if (unknown >= 0) {
    const reason = `itemIdentifier ${inspect(identifiers[unknown])} is not a SequenceNumber of the batch`;
    return { at: 0, whole: true, reason };
  }
  const at = Math.min(...positions);
  return { at, whole: false, reason: `record ${records[at]?.sequenceNumber} was reported as failed` };
}

/** The identifiers of a batch response; undefined if it is none. A missing or empty one means success. */
function failedIdentifiers(response: unknown): unknown[] | undefined {
  if (response === null || response === undefined) return [];
  if (typeof response !== 'object') return undefined;
  const { batchItemFailures: failures = null } = response as { batchItemFailures?: unknown };
  if (failures === null) return [];
  if (!Array.isArray(failures)) return undefined;
  return failures.map((failure) => (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier ?? null);
}

function halves(records: readonly StreamRecord[], retries: number): Piece[] {
  const middle = Math.ceil(records.length / 2);
  return [
    { records: records.slice(0, middle), retries },
    { records: records.slice(middle), retries },
  ];
}

/**
 * Age counts from the first failure on, not before: records that waited while the stack was switched off
 * are still handled, where AWS would have lost them.
 */
function retryYoungEnough(
  left: readonly StreamRecord[],
  { handled, reason, retries }: { handled: readonly StreamRecord[]; reason: string; retries: number },
  mapping: StreamMapping,
  now: number,
  random: () => number,
): Verdict {
  const limit = mapping.maximumRecordAgeSeconds;
  const isTooOld = ({ createdAt }: StreamRecord) => limit >= 0 && now - createdAt > limit;
  const discarded = left.filter(isTooOld);
  const records = left.filter((record) => !isTooOld(record));
  const next = records.length > 0 ? [{ records, retries }] : [];
  const kind = discarded.length > 0 ? 'discard' : 'retry';
  const because = discarded.length > 0 ? `RecordAgeExceeded: ${reason}` : reason;
  return { kind, reason: because, handled, discarded, next, delayMs: retryDelayMs(retries, random) };
}
