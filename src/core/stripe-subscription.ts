import * as z from 'zod';
import { describeProblems, quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { bestTier, type SubscriptionEvent } from './subscription.ts';
import { idSchema } from './workspace-key.ts';
import {
  epochSecondsSchema,
  type SubscriptionStatus,
  type SubscriptionTier,
  subscriptionTierSchema,
} from './workspace-row.ts';

/**
 * What each of Stripe's subscription statuses means here. A failed payment that Stripe still retries (`past_due`) is
 * not yet a suspension. Source: Stripe API reference, the Subscription object, `status`.
 */
const STATUS_OF_STRIPE: Record<string, SubscriptionStatus> = {
  active: 'active',
  trialing: 'active',
  past_due: 'active',
  unpaid: 'suspended',
  paused: 'suspended',
  incomplete: 'suspended',
  canceled: 'cancelled',
  incomplete_expired: 'cancelled',
};

/**
 * Stripe's times are whole seconds, and it creates a subscription (`incomplete`) and activates it within one. So of
 * two events of one second the better status is the later, except after a deletion, which nothing follows.
 */
const RANK: Record<SubscriptionStatus, number> = { cancelled: 0, suspended: 1, active: 2 };
const RANK_OF_DELETION = 3;

const RELEVANT_TYPES = new Set([
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
]);

const stripeEventSchema = z.object({
  id: z.string({ error: 'the id of an event' }).min(1, { error: 'the id of an event' }),
  type: z.string({ error: 'a Stripe event type' }),
  created: epochSecondsSchema,
  data: z.object({ object: z.unknown() }, { error: 'an object with the changed subscription' }),
});

const stripeSubscriptionSchema = z.object({
  id: z.string({ error: 'a subscription id' }).regex(/^[\w-]{1,128}$/, { error: 'a subscription id' }),
  status: z.string({ error: 'a Stripe subscription status' }),
  customer: z
    .union([z.string(), z.object({ id: z.string() })], { error: 'a customer or its id' })
    .transform((customer) => (typeof customer === 'string' ? customer : customer.id))
    .pipe(z.string().regex(/^[\w-]{1,128}$/, { error: 'a customer id' })),
  metadata: z.record(z.string(), z.string()).nullish(),
  items: z.object({ data: z.array(z.object({ price: z.object({ id: z.string() }).nullish() })) }).nullish(),
});
type StripeSubscription = z.infer<typeof stripeSubscriptionSchema>;

/** Price id → tier, for subscriptions that do not name their tier in their metadata. */
export type PriceTiers = Record<string, SubscriptionTier>;

export type StripeReading =
  | { kind: 'event'; event: SubscriptionEvent; alarms: string[] }
  /** Nothing of ours, e.g. an invoice. */
  | { kind: 'ignored'; reason: string }
  /** Ours, but not understood: changes nothing, and a person has to know. */
  | { kind: 'not-understood'; reason: string };

/**
 * Reads a Stripe event (already verified, parsed JSON). The client is the subscription's `metadata.clientId`; without
 * one the event is kept under the customer's id, which can be no client's. `cancel_at_period_end` is not read at all:
 * such a subscription is active until Stripe says `canceled`.
 * Throws BadInputError for what is no Stripe event.
 */
export function readStripeEvent(input: unknown, prices: PriceTiers): StripeReading {
  const event = parse(stripeEventSchema, input, 'the event');
  if (!RELEVANT_TYPES.has(event.type))
    return { kind: 'ignored', reason: `events of type ${quote(event.type)} change no subscription` };
  const subscription = parse(stripeSubscriptionSchema, event.data.object, 'the subscription');
  const deleted = event.type === 'customer.subscription.deleted';
  const status = deleted
    ? 'cancelled'
    : Object.hasOwn(STATUS_OF_STRIPE, subscription.status) && STATUS_OF_STRIPE[subscription.status];
  if (!status) {
    const known = Object.keys(STATUS_OF_STRIPE).join(', ');
    return {
      kind: 'not-understood',
      reason: `subscription ${subscription.id} has status ${quote(subscription.status)}, expected one of ${known}`,
    };
  }
  const { clientId, alarms } = clientOf(subscription);
  const tier = tierOf(subscription, prices, alarms);
  return {
    kind: 'event',
    alarms,
    event: {
      clientId,
      subscriptionId: subscription.id,
      status,
      tier,
      at: event.created,
      rank: deleted ? RANK_OF_DELETION : RANK[status],
      messageId: event.id,
    },
  };
}

function parse<T>(schema: z.ZodType<T>, input: unknown, what: string): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(
    `${what} is not one of Stripe's: ${describeProblems(result.error, input).join('; ')}`,
  );
}

function clientOf({ id, customer, metadata }: StripeSubscription): { clientId: string; alarms: string[] } {
  const named = metadata?.clientId;
  if (named !== undefined && idSchema.safeParse(named).success) return { clientId: named, alarms: [] };
  const kept = `${UNMATCHED_PREFIX}${customer}`;
  return {
    clientId: kept,
    alarms: [
      `subscription ${id} has metadata.clientId ${quote(named)}, expected a client's id; kept under ${kept}`,
    ],
  };
}

/** Events of a customer without a client are kept under keys that begin so. `/` is in no client's id. */
export const UNMATCHED_PREFIX = 'unmatched/';

function tierOf(
  { id, metadata, items }: StripeSubscription,
  prices: PriceTiers,
  alarms: string[],
): SubscriptionTier | undefined {
  for (const named of [metadata?.tier, metadata?.subscriptionTier]) {
    const tier = subscriptionTierSchema.safeParse(named);
    if (tier.success) return tier.data;
  }
  const priceIds = items?.data.flatMap(({ price }) => (price ? [price.id] : [])) ?? [];
  const priced = priceIds.flatMap((price) => (Object.hasOwn(prices, price) ? (prices[price] ?? []) : []));
  const best = bestTier(priced);
  if (best !== undefined) return best;
  alarms.push(
    `subscription ${id} has no tier: metadata.tier is ${quote(metadata?.tier)}, its prices ${quote(priceIds)} are not in STRIPE_PRICE_TIERS`,
  );
  return undefined;
}
