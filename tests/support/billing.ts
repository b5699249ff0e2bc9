import type { SubscriptionEvent } from '../../src/core/subscription.ts';
import { NOW } from './rows.ts';

/** A Stripe subscription of the client `acme` that is in order. */
export const okStripeSubscription = {
  id: 'sub_1',
  status: 'active',
  customer: 'cus_1',
  metadata: { clientId: 'acme', tier: 'pro' },
  items: { data: [{ price: { id: 'price_pro' } }] },
};

/** The event of a subscription that differs in these fields from the one above. */
export function stripeEvent(
  changes: Record<string, unknown> = {},
  type = 'customer.subscription.updated',
): Record<string, unknown> {
  return { id: 'evt_1', type, created: NOW, data: { object: { ...okStripeSubscription, ...changes } } };
}

/** The body of `POST /billing/events`, with other values in `data`. */
export function billingEvent(
  changes: Record<string, unknown> = {},
  timestamp: unknown = NOW,
): Record<string, unknown> {
  return {
    type: 'subscription.updated',
    timestamp,
    data: { clientId: 'acme', subscriptionStatus: 'active', subscriptionTier: 'pro', ...changes },
  };
}

/** What the Stripe event is read as. */
export const okSubscriptionEvent: SubscriptionEvent = {
  clientId: 'acme',
  subscriptionId: 'sub_1',
  status: 'active',
  tier: 'pro',
  at: NOW,
  rank: 2,
  messageId: 'evt_1',
};
