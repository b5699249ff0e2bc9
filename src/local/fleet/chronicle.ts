import { join } from 'node:path';
import { paginateScan } from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { toPlain } from '../../aws/attribute-values.ts';
import { controlTableOf } from '../../aws/configured-tables.ts';
import { readStreamEvent } from '../../aws/stream-records.ts';
import { type Control, parseControl } from '../../core/control.ts';
import { type HistoryEntry, historyEntrySchema } from '../../core/history.ts';
import type { Lifecycle } from '../../core/workspace-row.ts';
import type { Stack } from '../stack.ts';
import { DurableMap } from '../storage/durable-map.ts';

/** A row of `WorkspaceStatus` as it is in the table: plain values, perhaps not valid. */
export type PlainRow = Record<string, unknown>;

/** A transition that has come to its end. Times in epoch seconds of the fleet. */
export interface Transition {
  workspace: string;
  becomes: Lifecycle;
  rule: string;
  /** The first second at which the rule held. */
  since: number;
  /** When the row said that it was done. */
  at: number;
}

export interface RowChange {
  workspace: string;
  before: PlainRow | undefined;
  after: PlainRow | undefined;
}

/** Who is told what has been read. */
export interface Listeners {
  change(change: RowChange, transition: Transition | undefined): void;
  /** An entry of the history. */
  history(entry: HistoryEntry): void;
  /** What may be done from now on; undefined if that is not understood. */
  control(control: Control | undefined): void;
}

const FINAL = new Set<unknown>(['active', 'archived', 'terminated']);

/**
 * Follows the rows through their stream, as anybody outside could, and keeps every transition on disk. The fleet's
 * clock stands still until a change has been read, so its time here is the time at which it was made, also when the
 * stack was killed in between.
 */
export class Chronicle {
  readonly rows = new Map<string, PlainRow>();
  private readonly stored: DurableMap<Transition>;
  private readonly now: () => number;
  private readonly listeners: Listeners;

  /** Reads the rows that are there already, and follows them from where it was when it was last closed or killed. */
  static async open(stack: Stack, dataDirectory: string, listeners: Listeners): Promise<Chronicle> {
    const chronicle = new Chronicle(stack, dataDirectory, listeners);
    const { workspaceStatusTable: table, workspaceHistoryTable, cleanupControlTable } = stack.configuration;
    for await (const { Items = [] } of paginateScan(
      { client: stack.clients.dynamodb },
      { TableName: table },
    )) {
      for (const row of Items.map(toPlain)) chronicle.rows.set(`${row.clientId}/${row.userId}`, row);
    }
    stack.follow(table, 'chronicle', async (_, event) => chronicle.read(event));
    stack.follow(workspaceHistoryTable, 'history', async (_, event) => readHistory(event, listeners));
    const controlTable = controlTableOf(stack.configuration, stack.clients);
    const tell = async () => {
      const parsed = parseControl(await controlTable.read());
      listeners.control(parsed.kind === 'valid' ? parsed.control : undefined);
    };
    await tell();
    stack.follow(cleanupControlTable, 'control', tell);
    return chronicle;
  }

  private constructor(stack: Stack, dataDirectory: string, listeners: Listeners) {
    this.stored = new DurableMap(join(dataDirectory, 'chronicle.jsonl'));
    this.now = () => stack.clock.now();
    this.listeners = listeners;
  }

  /** All transitions so far, in the order in which they were made. */
  transitions(): Transition[] {
    return this.stored.values();
  }

  close(): void {
    this.stored.close();
  }

  private read(event: DynamoDBStreamEvent): void {
    for (const record of readStreamEvent(event)) {
      const workspace = `${record.key.clientId}/${record.key.userId}`;
      const change = {
        workspace,
        before: record.oldImage() as PlainRow | undefined,
        after: record.newImage() as PlainRow | undefined,
      };
      if (change.after) this.rows.set(workspace, change.after);
      else this.rows.delete(workspace);
      const transition = transitionOf(change, this.now());
      if (transition) this.stored.set(record.sequenceNumber, transition);
      this.listeners.change(change, transition);
    }
  }
}

function readHistory(event: DynamoDBStreamEvent, { history }: Listeners): void {
  for (const record of readStreamEvent(event)) {
    const parsed = historyEntrySchema.safeParse(record.newImage());
    if (parsed.success) history(parsed.data);
  }
}

/** Every transition ends with a row that gives its claim up. */
function transitionOf({ workspace, before, after }: RowChange, now: number): Transition | undefined {
  if (!before || !after || before.lifecycle === after.lifecycle || !FINAL.has(after.lifecycle))
    return undefined;
  const claim = before.claim as { rule: string; since: number } | undefined;
  if (!claim) return undefined;
  return { workspace, becomes: after.lifecycle as Lifecycle, rule: claim.rule, since: claim.since, at: now };
}
