import { showKey } from '../../../src/core/workspace-key.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

/** When nothing goes wrong any more, every workspace has the subscription of its client's account. */
export function billingArrives(world: World): Checker {
  return {
    recovered() {
      for (const key of world.story.workspaces) {
        const row = world.rows.get(key);
        const account = world.accountItems.get({ clientId: key.clientId });
        if (row === undefined || account === undefined) continue;
        const { status, tier } = subscriptionOf(account);
        if (row.subscriptionStatus === status && row.subscriptionTier === tier) continue;
        const said = `${row.subscriptionStatus} (${row.subscriptionTier})`;
        world.violate('billing arrives', `${showKey(key)} is ${said}, its client is ${status} (${tier})`);
      }
    },
  };
}

/** The clients of a story have one subscription each. */
function subscriptionOf(account: Item): { status: unknown; tier: unknown } {
  const subscriptions = Object.values(account).filter(
    (value): value is Item => typeof value === 'object' && value !== null && 'messageIds' in value,
  );
  const [only, ...others] = subscriptions;
  if (only === undefined || others.length > 0)
    throw new Error(`not one subscription: ${JSON.stringify(account)}`);
  return { status: only.status, tier: only.tier };
}
