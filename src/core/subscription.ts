import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { idSchema } from './workspace-key.ts';
import {
  EARLIEST_EPOCH_SECONDS,
  FUTURE_TOLERANCE_SECONDS,
  LATEST_EPOCH_SECONDS,
  momentSchema,
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
  at: momentSchema,
  rank: z.int(),
  /** The messages that said something of that second, the latest last: whichever is sent again, is known. */
  messageIds: z.array(z.string()),
  /** Tells one signed request from another. */
  delivery: z.string(),
});
export type StoredSubscription = z.infer<typeof storedSubscriptionSchema>;

/** More messages of one second than this are not believed, and not kept. */
const MOST_MESSAGES = 50;

/** Whether an event of the same time as the one that is known follows it: not sent again, and not of a lower rank. */
export function followsInSameSecond(
  event: SubscriptionEvent,
  { at, rank, messageIds }: StoredSubscription,
): boolean {
  if (event.at !== at || event.rank < rank) return false;
  return !messageIds.includes(event.messageId) && messageIds.length < MOST_MESSAGES;
}

const STATUS_ORDER: readonly SubscriptionStatus[] = ['active', 'suspended', 'cancelled'];
const TIER_ORDER: readonly SubscriptionTier[] = ['enterprise', 'pro', 'free'];

/** The highest of these tiers; undefined if there is none. */
export function bestTier(tiers: readonly (SubscriptionTier | undefined)[]): SubscriptionTier | undefined {
  return TIER_ORDER.find((tier) => tiers.includes(tier));
}

/** What a client is entitled to. */
export interface Entitlement {
  status: SubscriptionStatus;
  /** Undefined where billing did not say: the workspaces keep the tier they have. */
  tier: SubscriptionTier | undefined;
}

/**
 * The best of a client's subscriptions: active before suspended before cancelled, and of those the highest tier. So
 * the late deletion of an old subscription never cancels a client who has subscribed again. Undefined if there is none.
 *
 * Where the tier of one of them is not known, it may be the highest. Unless another is the highest there is, the answer
 * is then that it is not known: a price that nobody has mapped must not make a workspace of a paying client `free`.
 */
export function bestSubscription(subscriptions: readonly Entitlement[]): Entitlement | undefined {
  const status = STATUS_ORDER.find((known) =>
    subscriptions.some((subscription) => subscription.status === known),
  );
  if (status === undefined) return undefined;
  const tiers = subscriptions
    .filter((subscription) => subscription.status === status)
    .map(({ tier }) => tier);
  const highest = bestTier(tiers);
  const isCertain = !tiers.includes(undefined) || highest === TIER_ORDER[0];
  return { status, tier: isCertain ? highest : undefined };
}

const TIMESTAMP_EXPECTED = 'an ISO 8601 time with an offset, e.g. 2026-01-31T12:00:00Z, or epoch seconds';
const billingEventSchema = z.object({
  type: z.literal('subscription.updated', { error: '"subscription.updated"' }),
  timestamp: z
    .union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text) / 1000), z.number()], {
      error: TIMESTAMP_EXPECTED,
    })
    .pipe(
      z
        .number()
        .min(EARLIEST_EPOCH_SECONDS, { error: TIMESTAMP_EXPECTED })
        .max(LATEST_EPOCH_SECONDS, { error: TIMESTAMP_EXPECTED }),
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
