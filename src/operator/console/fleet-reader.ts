import { setTimeout } from 'node:timers/promises';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../aws/attribute-values.ts';
import { readRows } from '../../aws/dynamodb-batch.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';

type PlainRow = Record<string, unknown>;
type LastKey = Parameters<typeof toPlain>[0];

/** Parts of the table that are read side by side. */
const SEGMENTS = 4;

/** How the fleet is read from beginning to end. */
export interface ReadingOptions {
  /** No more read units than this in a second, of all segments together. */
  unitsPerSecond: number;
  /** A page of rows that has come, with the read units that it took. */
  onPage: (rows: PlainRow[], units: number) => void;
  /** Waits so many seconds of the machine's time. */
  wait: (seconds: number) => Promise<void>;
  /** True where nobody needs the rest. */
  isStopped: () => boolean;
}

/** Reads rows of `WorkspaceStatus`, eventually consistent: half a read unit for each 4 KB. */
export class FleetReader {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly pause: (seconds: number) => Promise<void>;

  /** `pause` waits so many seconds of the machine's time. */
  constructor(
    client: DynamoDBClient,
    table: string,
    pause = (seconds: number): Promise<void> => setTimeout(seconds * 1_000),
  ) {
    this.client = client;
    this.table = table;
    this.pause = pause;
  }

  /** Every row, in no order, a page in memory for each segment. Rejects as the SDK does. */
  async readAll(options: ReadingOptions): Promise<void> {
    const segments = Array.from({ length: SEGMENTS }, (_, segment) => this.readSegment(segment, options));
    await Promise.all(segments);
  }

  /** The rows of these keys, as far as there are any. Throws RetryableError where the table goes on leaving some out. */
  readKeys(keys: readonly WorkspaceKey[]): Promise<PlainRow[]> {
    return readRows(this.client, this.table, keys, { pause: this.pause });
  }

  private async readSegment(segment: number, options: ReadingOptions): Promise<void> {
    let after: LastKey | undefined;
    do {
      const page = await this.client.send(
        new ScanCommand({
          TableName: this.table,
          Segment: segment,
          TotalSegments: SEGMENTS,
          ReturnConsumedCapacity: 'TOTAL',
          ...(after && { ExclusiveStartKey: after }),
        }),
      );
      const units = page.ConsumedCapacity?.CapacityUnits ?? 0;
      options.onPage((page.Items ?? []).map(toPlain), units);
      after = page.LastEvaluatedKey;
      // Each segment has its share of the rate.
      if (after) await options.wait((units * SEGMENTS) / options.unitsPerSecond);
    } while (after && !options.isStopped());
  }
}
