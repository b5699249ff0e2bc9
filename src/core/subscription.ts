import { z } from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { idSchema } from './workspace-key.ts';
import {
  FUTURE_TOLERANCE_SECONDS,
  type SubscriptionStatus,
  type SubscriptionTier,
  subscriptionStatusSchema,
  subscriptionTierSchema,
} from './workspace-row.ts';

/** What billing says of one subscription at one time. */
export interface SubscriptionEvent {
  clientId: string;
  subscriptionId: string;
  status: SubscriptionStatus;
  /** Undefined where billing did not say: the workspaces then keep the tier they have. */
  tier: SubscriptionTier | undefined;
  /** When it happened, epoch seconds, possibly with a fraction. */
  at: number;
  /** Of two events of the same time the one with the higher rank is the later; of equal ranks the one that came later. */
  rank: number;
  /** The sender's name for the event, the same each time it is sent. */
  messageId: string;
}

/** One subscription as `ClientAccounts` keeps it, under the attribute `subscription:<id>`. */
export const storedSubscriptionSchema = z.object({
  status: subscriptionStatusSchema,
  tier: subscriptionTierSchema.optional(),
  at: z.number(),
  rank: z.int(),
  messageId: z.string(),
  /** Tells one signed request from another. */
  delivery: z.string(),
});
export type StoredSubscription = z.infer<typeof storedSubscriptionSchema>;

const STATUS_ORDER: readonly SubscriptionStatus[] = ['cancelled', 'suspended', 'active'];
const TIER_ORDER: readonly (SubscriptionTier | undefined)[] = [undefined, 'free', 'pro', 'enterprise'];

/** The highest of these tiers; undefined if there is none. */
export function bestTier(tiers: readonly SubscriptionTier[]): SubscriptionTier | undefined {
  return TIER_ORDER.findLast((tier) => tier !== undefined && tiers.includes(tier));
}

/** What a client is entitled to. */
export interface Entitlement {
  status: SubscriptionStatus;
  tier: SubscriptionTier | undefined;
}

/**
 * The best of a client's subscriptions: active before suspended before cancelled, then the higher tier. So the late
 * deletion of an old subscription never cancels a client who has subscribed again. Undefined if there is none.
 */
export function bestSubscription(subscriptions: readonly Entitlement[]): Entitlement | undefined {
  const worth = ({ status, tier }: Entitlement) =>
    STATUS_ORDER.indexOf(status) * TIER_ORDER.length + TIER_ORDER.indexOf(tier);
  return subscriptions.reduce<Entitlement | undefined>(
    (best, next) => (best && worth(best) >= worth(next) ? best : { status: next.status, tier: next.tier }),
    undefined,
  );
}

const TIMESTAMP_EXPECTED = 'an ISO 8601 time with an offset, e.g. 2026-01-31T12:00:00Z, or epoch seconds';
const billingEventSchema = z.object({
  type: z.literal('subscription.updated', { error: '"subscription.updated"' }),
  timestamp: z
    .union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1000), z.number()], {
      error: TIMESTAMP_EXPECTED,
    })
    .pipe(
      z.number().positive({ error: TIMESTAMP_EXPECTED }).max(99_999_999_999, { error: TIMESTAMP_EXPECTED }),
    ),
  data: z.object({
    clientId: idSchema,
    subscriptionId: z
      .string({ error: 'an id of at most 128 letters, digits, _ and -' })
      .regex(/^[\w-]{1,128}$/, { error: 'an id of at most 128 letters, digits, _ and -' })
      .default('default'),
    subscriptionStatus: subscriptionStatusSchema,
    subscriptionTier: subscriptionTierSchema,
  }),
});

/**
 * Reads the body of `POST /billing/events` (already verified, parsed JSON) with its `webhook-id`.
 * Throws BadInputError if it is none.
 */
export function readBillingEvent(input: unknown, messageId: string): SubscriptionEvent {
  const result = billingEventSchema.safeParse(input);
  if (!result.success) throw new BadInputError(describeProblems(result.error, input).join('; '));
  const { timestamp, data } = result.data;
  return {
    clientId: data.clientId,
    subscriptionId: data.subscriptionId,
    status: data.subscriptionStatus,
    tier: data.subscriptionTier,
    at: timestamp,
    rank: 0,
    messageId,
  };
}

/**
 * Throws BadInputError for an event that says it happened in the future of `now` (epoch seconds): once stored, it
 * would make every true event after it look old.
 */
export function refuseFutureEvent(event: SubscriptionEvent, now: number): void {
  if (event.at <= now + FUTURE_TOLERANCE_SECONDS) return;
  throw new BadInputError(
    `the event's time is ${event.at}, expected at most ${Math.floor(now) + FUTURE_TOLERANCE_SECONDS}: it lies in the future`,
  );
}
