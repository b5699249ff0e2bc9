import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ClientAccount, type FanOut, SUBSCRIPTION_PREFIX } from '../core/client-account.ts';
import { RetryableError } from '../core/errors.ts';
import {
  followsInSameSecond,
  type StoredSubscription,
  type SubscriptionEvent,
} from '../core/subscription.ts';
import type { Accounts, Recorded } from '../ports.ts';
import { readItem, update } from './dynamodb.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

/** Events of one second and one subscription that may arrive at the same moment, and then some. */
const MAXIMUM_TRIES = 5;

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
   * subscriptions apart, whatever order they come in. Only where the event is of the same second as the one that is
   * known, a second update decides between the two.
   */
  async record(event: SubscriptionEvent, delivery: string): Promise<Recorded> {
    const attribute = `${SUBSCRIPTION_PREFIX}${event.subscriptionId}`;
    const newer = new ConditionalUpdate();
    newer.when(`${newer.absent(attribute)} OR ${newer.compare(`${attribute}.at`, '<', event.at)}`);
    let updated = await this.write(newer, event, delivery, []);
    for (let tries = 0; !updated.applied && tries < MAXIMUM_TRIES; tries += 1) {
      const known = updated.existing?.[attribute] as StoredSubscription | undefined;
      if (known === undefined || !followsInSameSecond(event, known)) {
        return { kind: known?.delivery === delivery ? 'replayed' : 'not-newer' };
      }
      const next = new ConditionalUpdate()
        .whenSame(`${attribute}.at`, known.at)
        .whenSame(`${attribute}.messageIds`, known.messageIds);
      updated = await this.write(next, event, delivery, known.messageIds);
    }
    if (!updated.applied)
      throw new RetryableError(`subscription ${event.subscriptionId} changes too often to be recorded`);
    // Of an item that is new, DynamoDB returns nothing; other engines return its key.
    return { kind: 'recorded', knownClient: updated.before?.revision !== undefined };
  }

  private write(
    change: ConditionalUpdate,
    event: SubscriptionEvent,
    delivery: string,
    messageIds: readonly string[],
  ) {
    const { clientId, subscriptionId, status, tier, at, rank, messageId } = event;
    const subscription = { status, tier, at, rank, messageIds: [...messageIds, messageId], delivery };
    change.set(`${SUBSCRIPTION_PREFIX}${subscriptionId}`, subscription).add('revision', 1);
    return update(this.client, { ...change.build(this.table, { clientId }), ReturnValues: 'ALL_OLD' });
  }

  async noteFanOut({ clientId, revision }: ClientAccount, fanOut: FanOut): Promise<boolean> {
    const change = new ConditionalUpdate().set('fanOut', fanOut).whenSame('revision', revision);
    return (await update(this.client, change.build(this.table, { clientId }))).applied;
  }
}
