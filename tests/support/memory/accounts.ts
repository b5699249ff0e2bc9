import { type ClientAccount, type FanOut, SUBSCRIPTION_PREFIX } from '../../../src/core/client-account.ts';
import {
  followsInSameSecond,
  type StoredSubscription,
  type SubscriptionEvent,
} from '../../../src/core/subscription.ts';
import type { Accounts, Recorded } from '../../../src/ports.ts';
import type { Item, MemoryTable } from './table.ts';

/** The items of `ClientAccounts` in memory, on the conditions of the DynamoDB adapter. */
export class MemoryAccounts implements Accounts {
  private readonly accounts: MemoryTable;

  constructor(accounts: MemoryTable) {
    this.accounts = accounts;
  }

  async read(clientId: string): Promise<unknown> {
    return this.accounts.get({ clientId });
  }

  async record(event: SubscriptionEvent, delivery: string): Promise<Recorded> {
    const attribute = `${SUBSCRIPTION_PREFIX}${event.subscriptionId}`;
    const { status, tier, at, rank, messageId } = event;
    const knownIn = (account: Item | undefined) => account?.[attribute] as StoredSubscription | undefined;
    const { applied, before } = this.accounts.update(
      { clientId: event.clientId },
      (account) => {
        const known = knownIn(account);
        return known === undefined || known.at < at || followsInSameSecond(event, known);
      },
      (account) => {
        const known = knownIn(account);
        const messageIds = [...(known?.at === at ? known.messageIds : []), messageId];
        return {
          [attribute]: { status, tier, at, rank, messageIds, delivery },
          revision: Number(account.revision ?? 0) + 1,
        };
      },
    );
    if (applied) return { kind: 'recorded', knownClient: before !== undefined };
    return { kind: knownIn(before)?.delivery === delivery ? 'replayed' : 'not-newer' };
  }

  async noteFanOut({ clientId, revision }: ClientAccount, fanOut: FanOut): Promise<boolean> {
    return this.accounts.update(
      { clientId },
      (account) => account.revision === revision,
      () => ({ fanOut }),
    ).applied;
  }
}
