import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientAccount, type FanOut, SUBSCRIPTION_PREFIX } from '../core/client-account.ts';
import type { StoredSubscription, SubscriptionEvent } from '../core/subscription.ts';
import type { Accounts, Recorded } from '../ports.ts';
import { readItem, update } from './dynamodb.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

/** Items of `ClientAccounts` in DynamoDB. */
export class DynamoDBAccounts implements Accounts {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.client = client;
    this.table = table;
  }

  read(clientId: string): Promise<unknown> {
    return readItem(this.client, this.table, toItem({ clientId }));
  }

  /**
   * Each subscription is an attribute of its own, so that one update without a read keeps events of several
   * subscriptions apart, whatever order they come in.
   */
  async record(event: SubscriptionEvent, delivery: string): Promise<Recorded> {
    const attribute = `${SUBSCRIPTION_PREFIX}${event.subscriptionId}`;
    const { status, tier, at, rank, messageId } = event;
    const change = new ConditionalUpdate()
      .set(attribute, { status, tier, at, rank, messageId, delivery })
      .add('revision', 1);
    const first = change.absent(attribute);
    const newer = change.compare(`${attribute}.at`, '<', at);
    const sameTime = change.compare(`${attribute}.at`, '=', at);
    const notBefore = change.compare(`${attribute}.rank`, '<=', rank);
    const another = change.compare(`${attribute}.messageId`, '<>', messageId);
    change.when(`${first} OR ${newer} OR (${sameTime} AND ${notBefore} AND ${another})`);
    const updated = await update(this.client, {
      ...change.build(this.table, { clientId: event.clientId }),
      ReturnValues: 'ALL_OLD',
    });
    // Of an item that is new, DynamoDB returns nothing; other engines return its key.
    if (updated.applied) return { kind: 'recorded', knownClient: updated.before?.revision !== undefined };
    const known = updated.existing?.[attribute] as StoredSubscription | undefined;
    return { kind: known?.delivery === delivery ? 'replayed' : 'not-newer' };
  }

  async noteFanOut({ clientId, revision }: ClientAccount, fanOut: FanOut): Promise<boolean> {
    const change = new ConditionalUpdate().set('fanOut', fanOut).whenSame('revision', revision);
    return (await update(this.client, change.build(this.table, { clientId }))).applied;
  }
}
