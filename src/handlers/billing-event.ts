import { BadInputError } from '../core/errors.ts';
import { type PriceTiers, readStripeEvent } from '../core/stripe-subscription.ts';
import { readBillingEvent, refuseFutureEvent, type SubscriptionEvent } from '../core/subscription.ts';
import type {
  Accounts,
  Clock,
  HttpAnswer,
  HttpRequest,
  Observer,
  VerifiedWebhook,
  WebhookVerifier,
} from '../ports.ts';
import { answer } from './http.ts';

export interface BillingPorts {
  accounts: Pick<Accounts, 'record'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
  /** Undefined where this provider is not configured. */
  verifier: WebhookVerifier | undefined;
}

/** `POST /billing/stripe`: a Stripe webhook, verified on its raw body. */
export function stripeWebhook(
  request: HttpRequest,
  prices: PriceTiers,
  ports: BillingPorts,
): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body, headers }) => {
    const { payload, delivery } = verified(body, headers, 'STRIPE_WEBHOOK_SECRET', ports);
    const reading = readStripeEvent(payload, prices);
    if (reading.kind === 'ignored') return unchanged(reading.reason);
    if (reading.kind === 'not-understood') {
      alarm(ports.observer, reading.reason);
      return unchanged(reading.reason);
    }
    for (const reason of reading.alarms) alarm(ports.observer, reason);
    return keep(reading.event, delivery, ports);
  });
}

/** `POST /billing/events`: any other billing system, by Standard Webhooks. */
export function billingWebhook(request: HttpRequest, ports: BillingPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body, headers }) => {
    const { payload, messageId, delivery } = verified(body, headers, 'BILLING_WEBHOOK_SECRET', ports);
    return keep(readBillingEvent(payload, messageId), delivery, ports);
  });
}

/** Whoever pays and is not heard is looked after by nobody else: what is refused is counted. */
function verified(
  body: string,
  headers: HttpRequest['headers'],
  secretName: string,
  { verifier, observer }: BillingPorts,
): VerifiedWebhook {
  if (!verifier) throw new BadInputError(`this webhook is not configured: ${secretName} is not set`, 404);
  try {
    return verifier.verify(body, headers);
  } catch (error) {
    observer.count('WebhookRefused');
    throw error;
  }
}

/** One conditional write, then the answer. The workspaces follow through the table's stream. */
async function keep(
  event: SubscriptionEvent,
  delivery: string,
  { accounts, clock, observer }: BillingPorts,
): Promise<HttpAnswer> {
  refuseFutureEvent(event, clock.now());
  const recorded = await accounts.record(event, delivery);
  const { clientId, subscriptionId, status, tier } = event;
  if (recorded.kind === 'replayed') {
    throw new BadInputError(
      'this very request has been received before; a new delivery carries a new signature',
      409,
    );
  }
  if (recorded.kind === 'not-newer')
    return unchanged(`a newer or equal event of subscription ${subscriptionId} is known`);
  if (!recorded.knownClient) {
    observer.count('UnknownClient');
    observer.info('first event of a client without an account; it is kept', { clientId, subscriptionId });
  }
  observer.info('subscription recorded', { clientId, subscriptionId, status, tier, at: event.at });
  return { status: 200, body: { changed: true } };
}

function unchanged(reason: string): HttpAnswer {
  return { status: 200, body: { changed: false, reason } };
}

function alarm(observer: Observer, reason: string): void {
  observer.count('BillingNotUnderstood');
  observer.error('billing event not understood', { reason });
}
