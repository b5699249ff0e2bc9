import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import {
  bestSubscription,
  type Entitlement,
  type StoredSubscription,
  storedSubscriptionSchema,
} from './subscription.ts';
import { idSchema } from './workspace-key.ts';
import { subscriptionStatusSchema, subscriptionTierSchema } from './workspace-row.ts';

/** Attributes of `ClientAccounts` that hold one subscription each begin with this. */
export const SUBSCRIPTION_PREFIX = 'subscription:';

const fanOutSchema = z.object({
  status: subscriptionStatusSchema,
  tier: subscriptionTierSchema.optional(),
  /** The last workspace that has it; absent before the first. */
  after: z.string().optional(),
  done: z.boolean(),
});

const clientAccountSchema = z.object({
  clientId: idSchema,
  /** Counts the writes of billing: of two images of an account the one with the higher number is the later. */
  revision: z.int(),
  fanOut: fanOutSchema.optional(),
});

/** A client's subscriptions, and how far they have been carried to the client's workspaces. */
export interface ClientAccount {
  clientId: string;
  revision: number;
  entitlement: Entitlement;
  /** When the newest of its events happened, epoch seconds. */
  eventAt: number;
  fanOut: FanOut | undefined;
}

/** What was last carried to the workspaces, and how far it got. */
export type FanOut = z.infer<typeof fanOutSchema>;

export type ParsedAccount =
  | { kind: 'valid'; account: ClientAccount }
  | { kind: 'invalid'; problems: string[] };

/** Reads an item of `ClientAccounts` (plain values). */
export function parseAccount(input: unknown): ParsedAccount {
  const result = clientAccountSchema.safeParse(input);
  if (!result.success) return { kind: 'invalid', problems: describeProblems(result.error, input) };
  const subscriptions: StoredSubscription[] = [];
  for (const [name, value] of Object.entries(input as object)) {
    if (!name.startsWith(SUBSCRIPTION_PREFIX)) continue;
    const stored = storedSubscriptionSchema.safeParse(value);
    if (!stored.success)
      return {
        kind: 'invalid',
        problems: describeProblems(stored.error, value).map((problem) => `${name}: ${problem}`),
      };
    subscriptions.push(stored.data);
  }
  const entitlement = bestSubscription(subscriptions.map(({ status, tier }) => ({ status, tier })));
  if (!entitlement)
    return { kind: 'invalid', problems: ['the account has no subscription, expected at least one'] };
  const eventAt = Math.max(...subscriptions.map(({ at }) => at));
  const { clientId, revision, fanOut } = result.data;
  return { kind: 'valid', account: { clientId, revision, entitlement, eventAt, fanOut } };
}

export type FanOutPlan =
  | { kind: 'done' }
  /**
   * Carry it to the workspaces behind `after`. With `announce` the account has to say so before the first row takes
   * it: one that went back to what it was in the middle would otherwise look as if that had been carried to all.
   */
  | { kind: 'carry'; after: string | undefined; announce: boolean };

/**
 * What is left to do to bring the account's entitlement to its workspaces. Decided from the account as it is, not
 * from what one stream record says has changed, so a lost or repeated record makes no difference.
 */
export function planFanOut({ entitlement, fanOut }: ClientAccount): FanOutPlan {
  // The first fan-out of an account can be mistaken for no other.
  if (fanOut === undefined) return { kind: 'carry', after: undefined, announce: false };
  const isSame = fanOut.status === entitlement.status && fanOut.tier === entitlement.tier;
  if (!isSame) return { kind: 'carry', after: undefined, announce: true };
  return fanOut.done ? { kind: 'done' } : { kind: 'carry', after: fanOut.after, announce: false };
}

/** What the account says of carrying its entitlement: to which workspace it has got, or that it is done. */
export function fanOutOf(
  { entitlement }: ClientAccount,
  progress: { after?: string | undefined; done: boolean },
): FanOut {
  const { status, tier } = entitlement;
  const after = progress.done ? undefined : progress.after;
  return { status, done: progress.done, ...(tier && { tier }), ...(after !== undefined && { after }) };
}
