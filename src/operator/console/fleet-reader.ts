import { setTimeout } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../aws/attribute-values.ts';
import { toItem } from '../../aws/update-expression.ts';
import { RetryableError } from '../../core/errors.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';

type PlainRow = Record<string, unknown>;
type LastKey = Parameters<typeof toPlain>[0];

/** Parts of the table that are read side by side. */
const SEGMENTS = 4;
/** BatchGetItem takes so many keys. */
const KEYS_PER_CALL = 100;
/** What a call left out for the rate of reads is asked for again after this pause, then after twice as long, … */
const FIRST_PAUSE_SECONDS = 0.1;
const MAXIMUM_TRIES = 6;

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
  async readKeys(keys: readonly WorkspaceKey[]): Promise<PlainRow[]> {
    const rows: PlainRow[] = [];
    for (let first = 0; first < keys.length; first += KEYS_PER_CALL) {
      const batch = keys
        .slice(first, first + KEYS_PER_CALL)
        .map(({ clientId, userId }) => toItem({ clientId, userId }));
      rows.push(...(await this.readBatch(batch)));
    }
    return rows;
  }

  private async readBatch(keys: Record<string, AttributeValue>[]): Promise<PlainRow[]> {
    const rows: PlainRow[] = [];
    let left = keys;
    for (let tries = 0; left.length > 0; tries += 1) {
      if (tries === MAXIMUM_TRIES)
        throw new RetryableError(
          `DynamoDB leaves out ${left.length} of ${keys.length} rows of ${this.table} for the rate of reads`,
        );
      if (tries > 0) await this.pause(FIRST_PAUSE_SECONDS * 2 ** (tries - 1));
      const { Responses, UnprocessedKeys } = await this.client.send(
        new BatchGetItemCommand({ RequestItems: { [this.table]: { Keys: left } } }),
      );
      rows.push(...(Responses?.[this.table] ?? []).map(toPlain));
      left = UnprocessedKeys?.[this.table]?.Keys ?? [];
    }
    return rows;
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
