import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Control, ControlSettings } from '../core/control.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { Release } from '../core/release.ts';
import type { ControlTable } from '../ports.ts';
import { readItem, transact, update } from './dynamodb.ts';
import { type HistoryTable, putOfEntry } from './dynamodb-history.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

const CONTROL = { kind: 'control', key: 'cleanup' };
const RELEASE = { kind: 'control', key: 'release' };

/** The items of `CleanupControl` of kind `control`. */
export class DynamoDBControl implements ControlTable {
  private readonly client: DynamoDBClient;
  private readonly table: string;
  private readonly history: HistoryTable;

  constructor(client: DynamoDBClient, tables: { control: string; history: HistoryTable }) {
    this.client = client;
    this.table = tables.control;
    this.history = tables.history;
  }

  read(): Promise<unknown> {
    return readItem(this.client, this.table, toItem(CONTROL));
  }

  change(before: Control, settings: ControlSettings, entry: HistoryEntry): Promise<boolean> {
    const { enforcement, clients, rollout, pause, budgets, limits, former, installation } = settings;
    const change = new ConditionalUpdate();
    for (const [name, value] of Object.entries({
      enforcement,
      clients,
      rollout,
      pause,
      budgets,
      limits,
      former,
      installation,
    }))
      change.set(name, value);
    change.set('revision', before.revision + 1).set('history', { sequence: entry.sequence, at: entry.at });
    const same = change.same('revision', before.revision);
    change.when(before.revision === 0 ? `${change.absent('revision')} OR ${same}` : same);
    const { UpdateExpression = '', ...rest } = change.build(this.table, CONTROL);
    return transact(this.client, [
      { Update: { ...rest, UpdateExpression } },
      putOfEntry(entry, this.history),
    ]);
  }

  readRelease(): Promise<unknown> {
    return readItem(this.client, this.table, toItem(RELEASE));
  }

  async noteRelease(before: Release | undefined, release: Release): Promise<boolean> {
    const { revision, after, done, at, looks } = release;
    const change = new ConditionalUpdate()
      .set('revision', revision)
      .set('after', after)
      .set('done', done)
      .set('at', at)
      .set('looks', looks);
    change
      .whenSame('revision', before?.revision)
      .whenSame('done', before?.done)
      .whenSame('looks', before?.looks);
    change
      .whenSame('after.clientId', before?.after?.clientId)
      .whenSame('after.userId', before?.after?.userId);
    return (await update(this.client, change.build(this.table, RELEASE))).applied;
  }
}
