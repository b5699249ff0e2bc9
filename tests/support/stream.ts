import type { StreamRecord } from '../../src/local/streams/records.ts';
import type { StreamMapping } from '../../src/local/template/functions.ts';

/** A mapping with AWS's defaults but for the batch reports, as the project's functions use them. */
export const okMapping: StreamMapping = {
  functionName: 'workspaceChanged',
  tableName: 'WorkspaceStatus',
  batchSize: 1000,
  batchWindowSeconds: 0,
  parallelizationFactor: 1,
  bisect: true,
  maximumRetryAttempts: -1,
  maximumRecordAgeSeconds: -1,
  reportsBatchItemFailures: true,
};

/** Records of different items with sequence numbers `first` to `last` (included), written at time 1,000. */
export function streamRecords(first: number, last: number): StreamRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const sequenceNumber = String(first + index);
    return {
      sequenceNumber,
      createdAt: 1000,
      sizeBytes: 100,
      itemKey: `item-${sequenceNumber}`,
      event: { eventID: sequenceNumber, dynamodb: { SequenceNumber: sequenceNumber } },
    };
  });
}

/** Their sequence numbers. */
export function numbersOf(records: readonly StreamRecord[]): string[] {
  return records.map((record) => record.sequenceNumber);
}

/** A condition that tests wait on: `check` after every change resolves `reached` once it holds. */
export class Condition {
  readonly reached: Promise<void>;
  private readonly holds: () => boolean;
  private resolve: () => void = () => {};

  constructor(holds: () => boolean) {
    this.holds = holds;
    this.reached = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  check(): void {
    if (this.holds()) this.resolve();
  }
}
