import { countOfBatch, decideAfterInvocation, retryDelayMs } from '../../../../src/local/streams/batches.ts';
import type { StreamMapping } from '../../../../src/local/template/functions.ts';
import { numbersOf, okMapping, streamRecords } from '../../../support/stream.ts';

const failures = (...identifiers: unknown[]) => ({
  batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
});
const decide = (response: unknown, mapping: Partial<StreamMapping> = {}, retries = 0, now = 1000) =>
  decideAfterInvocation(
    { records: streamRecords(8, 11), retries },
    { kind: 'returned', response },
    { ...okMapping, ...mapping },
    now,
    () => 0,
  );
const throwing = (mapping: Partial<StreamMapping> = {}, retries = 0, now = 1000, last = 11) =>
  decideAfterInvocation(
    { records: streamRecords(8, last), retries },
    { kind: 'threw', error: new Error('no') },
    { ...okMapping, ...mapping },
    now,
    () => 0,
  );

describe('a batch', () => {
  test('takes no more records than the batch size', () => {
    expect(countOfBatch(streamRecords(1, 10), 3)).toBe(3);
    expect(countOfBatch(streamRecords(1, 2), 3)).toBe(2);
  });

  test('ends before the record with which it would exceed 6 MB', () => {
    const records = streamRecords(1, 3).map((record) => ({ ...record, sizeBytes: 3 * 1024 * 1024 }));
    expect(countOfBatch(records, 10)).toBe(2);
  });

  test('takes a record that is larger than 6 MB alone', () => {
    const records = streamRecords(1, 3).map((record) => ({ ...record, sizeBytes: 7 * 1024 * 1024 }));
    expect(countOfBatch(records, 10)).toBe(1);
  });
});

describe('a response', () => {
  test.each([undefined, null, {}, { batchItemFailures: null }, { batchItemFailures: [] }])(
    '%j means that all was handled',
    (response) => {
      expect(decide(response)).toMatchObject({ kind: 'handled', next: [], discarded: [] });
    },
  );

  test('with failures is retried from the lowest one by sequence, not by text or order', () => {
    const verdict = decide(failures('11', '9', '10'));
    expect(verdict.kind).toBe('retry');
    expect(numbersOf(verdict.handled)).toEqual(['8']);
    expect(verdict.next.map(({ records }) => numbersOf(records))).toEqual([['9', '10', '11']]);
  });

  test.each([
    ['an identifier that is not in the batch', failures('9', '77')],
    ['an empty identifier', failures('')],
    ['a null identifier', failures(null)],
    ['a wrong key', { batchItemFailures: [{ id: '9' }] }],
    ['failures that are no list', { batchItemFailures: '9' }],
    ['text', 'ok'],
  ])('with %s failed as a whole and is split', (_name, response) => {
    const verdict = decide(response);
    expect(verdict).toMatchObject({ kind: 'split', handled: [], delayMs: 0 });
    expect(verdict.next.map(({ records }) => numbersOf(records))).toEqual([
      ['8', '9'],
      ['10', '11'],
    ]);
  });

  test('is not looked at when the mapping does not report', () => {
    expect(decide(failures('9'), { reportsBatchItemFailures: false }).kind).toBe('handled');
  });
});

describe('a batch that throws', () => {
  test('is split without using up a retry', () => {
    expect(throwing({ maximumRetryAttempts: 3 }, 3).next.map(({ retries }) => retries)).toEqual([3, 3]);
  });

  test('is retried as a whole without bisection', () => {
    const verdict = throwing({ bisect: false });
    expect(verdict).toMatchObject({ kind: 'retry', next: [{ retries: 1 }] });
    expect(verdict.next).toHaveLength(1);
  });

  test('of one record is retried, as it cannot be split', () => {
    expect(throwing({}, 0, 1000, 8)).toMatchObject({ kind: 'retry', next: [{ retries: 1 }] });
  });

  test('is retried one retry before the limit and discarded at it', () => {
    const mapping = { bisect: false, maximumRetryAttempts: 2 };
    expect(throwing(mapping, 1).kind).toBe('retry');
    const verdict = throwing(mapping, 2);
    expect(verdict).toMatchObject({ kind: 'discard', next: [] });
    expect(verdict.reason).toContain('RetryAttemptsExhausted');
    expect(numbersOf(verdict.discarded)).toEqual(['8', '9', '10', '11']);
  });

  test('is retried at the record age limit and discarded a second behind it', () => {
    const mapping = { bisect: false, maximumRecordAgeSeconds: 60 };
    expect(throwing(mapping, 0, 1060).kind).toBe('retry');
    const verdict = throwing(mapping, 0, 1061);
    expect(verdict).toMatchObject({ kind: 'discard', next: [] });
    expect(verdict.reason).toContain('RecordAgeExceeded');
  });

  test('never ends by itself without limits', () => {
    expect(throwing({ bisect: false }, 1_000_000, 1e9).kind).toBe('retry');
  });
});

test('what a partial failure leaves is discarded from the failed record on', () => {
  const verdict = decide(failures('10'), { maximumRetryAttempts: 0 });
  expect(verdict.kind).toBe('discard');
  expect(numbersOf(verdict.handled)).toEqual(['8', '9']);
  expect(numbersOf(verdict.discarded)).toEqual(['10', '11']);
});

test('only records above the age limit are discarded', () => {
  const [old, ...young] = streamRecords(1, 3);
  if (old === undefined) throw new Error('no record');
  const records = [{ ...old, createdAt: 1 }, ...young];
  const mapping = { ...okMapping, bisect: false, maximumRecordAgeSeconds: 60 };
  const verdict = decideAfterInvocation(
    { records, retries: 0 },
    { kind: 'threw', error: 'no' },
    mapping,
    1000,
    () => 0,
  );
  expect(numbersOf(verdict.discarded)).toEqual(['1']);
  expect(verdict.next.map((piece) => numbersOf(piece.records))).toEqual([['2', '3']]);
});

test('the wait doubles, is half random and ends growing at 30 s', () => {
  expect([1, 2, 3].map((retry) => retryDelayMs(retry, () => 0))).toEqual([50, 100, 200]);
  expect(retryDelayMs(1, () => 0.5)).toBe(75);
  expect(retryDelayMs(10_000, () => 0)).toBe(15_000);
});
