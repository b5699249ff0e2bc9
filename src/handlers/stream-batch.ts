import type { ChangeRecord } from '../ports.ts';

/** The last record of each item, in the order in which they stand in the batch. */
export function newestOfEachItem(records: readonly ChangeRecord[]): ChangeRecord[] {
  const newest = new Map<string, ChangeRecord>();
  for (const record of records) newest.set(record.itemKey, record);
  return [...newest.values()];
}

/**
 * The lowest of these sequence numbers, by value: they are decimals of different lengths. Undefined if there is none.
 * From there on Lambda sends the batch again.
 */
export function lowestSequenceNumber(sequenceNumbers: readonly string[]): string | undefined {
  return sequenceNumbers.reduce<string | undefined>(
    (lowest, next) => (lowest !== undefined && BigInt(lowest) <= BigInt(next) ? lowest : next),
    undefined,
  );
}
