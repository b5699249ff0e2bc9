import { Webhook } from 'standardwebhooks';
import { BadInputError } from '../../core/errors.ts';
import type { SubscriptionStatus, SubscriptionTier } from '../../core/workspace-row.ts';
import type { Stack } from '../stack.ts';

/** The fleet as launchers, containers and billing reach it: over HTTP. */
type Reached = Pick<Stack, 'httpUrl' | 'configuration'>;

/** Sends a request. Throws BadInputError for an answer that is neither 2xx nor `accepted`. */
export async function post(
  { httpUrl }: Pick<Reached, 'httpUrl'>,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  accepted?: number,
): Promise<void> {
  const response = await fetch(httpUrl + path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const answer = await response.text();
  if (response.ok || response.status === accepted) return;
  throw new BadInputError(`${path} answered ${response.status} to ${body}: ${answer}`, response.status);
}

/** What billing says of a client. */
export interface BillingWord {
  /** When it became so, epoch seconds of the fleet. */
  at: number;
  clientId: string;
  status: SubscriptionStatus;
  tier: SubscriptionTier;
  /** Of the message, the same each time it is sent. */
  id: string;
}

/** Sends a signed `subscription.updated`. Throws as `post`. */
export function bill(
  stack: Reached,
  { at, clientId, status, tier, id }: BillingWord,
  accepted?: number,
): Promise<void> {
  const data = { clientId, subscriptionStatus: status, subscriptionTier: tier };
  const body = JSON.stringify({ type: 'subscription.updated', timestamp: at, data });
  // The fleet's time is in the body; the signature says when the request was sent, in the world's time.
  const sent = new Date();
  const signature = new Webhook(stack.configuration.billingWebhookSecret ?? '').sign(id, sent, body);
  const seconds = String(Math.floor(sent.getTime() / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
  return post(stack, '/billing/events', body, headers, accepted);
}
