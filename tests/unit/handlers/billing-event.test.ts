import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { standardVerifier } from '../../../src/billing/standard-verifier.ts';
import { stripeVerifier } from '../../../src/billing/stripe-verifier.ts';
import { parseAccount } from '../../../src/core/client-account.ts';
import type { PriceTiers } from '../../../src/core/stripe-subscription.ts';
import { billingWebhook, stripeWebhook } from '../../../src/handlers/billing-event.ts';
import { LARGEST_BODY_BYTES } from '../../../src/handlers/http.ts';
import type { HttpRequest } from '../../../src/ports.ts';
import { NOW } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const STRIPE_SECRET = 'whsec_test_of_stripe';
const STANDARD_SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
const PRICES: PriceTiers = { price_pro: 'pro', price_enterprise: 'enterprise' };

/** The verifiers read the machine's clock, because providers sign in real time. */
beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW * 1000);
});
afterEach(() => jest.restoreAllMocks());

const accountOf = (world: MemoryWorld, clientId = 'acme') => world.accountItems.get({ clientId });
function entitlementOf(world: MemoryWorld) {
  const parsed = parseAccount(accountOf(world));
  return parsed.kind === 'valid' ? parsed.account.entitlement : parsed.problems;
}

const okSubscription: Item = {
  id: 'sub_1',
  object: 'subscription',
  status: 'active',
  customer: 'cus_1',
  metadata: { clientId: 'acme', tier: 'pro' },
  items: { data: [{ price: { id: 'price_pro' } }] },
};

interface StripeChange {
  id?: unknown;
  type?: string;
  created?: unknown;
  subscription?: Item;
}

function stripeEvent(change: StripeChange = {}): string {
  const { id = 'evt_1', type = 'updated', created = NOW, subscription = {} } = change;
  return JSON.stringify({
    id,
    object: 'event',
    type: type.includes('.') ? type : `customer.subscription.${type}`,
    created,
    data: { object: { ...okSubscription, ...subscription } },
  });
}

function signedByStripe(body: string, { secret = STRIPE_SECRET, timestamp = NOW } = {}): HttpRequest {
  const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
  return { body, headers: { 'stripe-signature': signature } };
}

function sendStripe(world: MemoryWorld, request: HttpRequest) {
  const { ports } = world.invocation();
  return stripeWebhook(request, PRICES, { ...ports, verifier: stripeVerifier(STRIPE_SECRET) });
}
/** Each is an event of its own. */
let events = 0;
const deliver = (world: MemoryWorld, change?: StripeChange) => {
  events += 1;
  return sendStripe(world, signedByStripe(stripeEvent({ id: `evt_${events}`, ...change })));
};

function standardEvent(data: Item = {}, change: Item = {}): string {
  return JSON.stringify({
    type: 'subscription.updated',
    timestamp: new Date(NOW * 1000).toISOString(),
    data: { clientId: 'acme', subscriptionStatus: 'active', subscriptionTier: 'pro', ...data },
    ...change,
  });
}

function signedByStandard(
  body: string,
  { secret = STANDARD_SECRET, id = 'msg_1', at = NOW } = {},
): HttpRequest {
  return {
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(at),
      'webhook-signature': new Webhook(secret).sign(id, new Date(at * 1000), body),
    },
  };
}

function sendStandard(world: MemoryWorld, request: HttpRequest) {
  const { ports } = world.invocation();
  return billingWebhook(request, { ...ports, verifier: standardVerifier(STANDARD_SECRET) });
}

describe.each([
  {
    provider: 'Stripe',
    send: sendStripe,
    sign: signedByStripe,
    event: () => stripeEvent(),
    later: () => stripeEvent({ created: NOW + 1 }),
    older: () => stripeEvent({ created: NOW - 1, subscription: { status: 'canceled' } }),
    future: (by: number) => stripeEvent({ created: NOW + by }),
    sentAt: (timestamp: number) => signedByStripe(stripeEvent(), { timestamp }),
    header: 'stripe-signature',
  },
  {
    provider: 'Standard Webhooks',
    send: sendStandard,
    sign: signedByStandard,
    event: () => standardEvent(),
    later: () => standardEvent({}, { timestamp: NOW + 1 }),
    older: () => standardEvent({ subscriptionStatus: 'cancelled' }, { timestamp: NOW - 1 }),
    future: (by: number) => standardEvent({}, { timestamp: NOW + by }),
    sentAt: (at: number) => signedByStandard(standardEvent(), { at }),
    header: 'webhook-signature',
  },
])('$provider', ({ send, sign, event, later, older, future, sentAt, header }) => {
  const refuses = async (request: HttpRequest, status: number, reason: RegExp) => {
    const world = new MemoryWorld();
    const answer = await send(world, request);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(reason);
    expect([...world.accountItems.items()]).toEqual([]);
    expect(world.observer.at('warn')).toHaveLength(1);
  };

  test('an event is kept', async () => {
    const world = new MemoryWorld();
    expect(await send(world, sign(event()))).toEqual({ status: 200, body: { changed: true } });
    expect(entitlementOf(world)).toEqual({ status: 'active', tier: 'pro' });
  });

  test('the first of a client is counted, the next is not', async () => {
    const world = new MemoryWorld();
    await send(world, sign(event()));
    await send(world, sign(later()));
    expect(world.observer.counted('UnknownClient')).toBe(1);
    expect(accountOf(world)?.revision).toBe(2);
  });

  test('no signature', () => refuses({ body: event(), headers: {} }, 401, /missing/));
  test('an empty signature', () => {
    const { body, headers } = sign(event());
    return refuses({ body, headers: { ...headers, [header]: '' } }, 401, /missing/);
  });
  test('a signature of nonsense', () => {
    const { body, headers } = sign(event());
    return refuses({ body, headers: { ...headers, [header]: 'nonsense' } }, 401, /not valid/);
  });
  test('the wrong secret', () => {
    const secret = `whsec_${Buffer.from('another secret of the same length').toString('base64')}`;
    return refuses(sign(event(), { secret }), 401, /not valid/);
  });
  test('a body that was tampered with', () => {
    const { body, headers } = sign(event());
    return refuses({ body: body.replace('acme', 'evil'), headers }, 401, /not valid/);
  });
  test('a body that was formatted anew', () => {
    const { body, headers } = sign(event());
    return refuses({ body: JSON.stringify(JSON.parse(body), null, 1), headers }, 401, /not valid/);
  });
  test('a timestamp that has expired', () => refuses(sentAt(NOW - 301), 401, /not valid/));
  test('a timestamp of five minutes ago is accepted', async () => {
    expect((await send(new MemoryWorld(), sentAt(NOW - 300))).status).toBe(200);
  });

  test('a body that is too large is not even verified', () =>
    refuses({ body: 'x'.repeat(LARGEST_BODY_BYTES + 1), headers: {} }, 413, /262145 bytes/));
  test('the largest body is read', () => refuses(sign('x'.repeat(LARGEST_BODY_BYTES)), 400, /not JSON/));
  test('a body that is not JSON', () => refuses(sign('{"type":'), 400, /not JSON/));
  test.each(['null', '[]', '{}', '"text"', '42'])('%s is no event', (body) =>
    refuses(sign(body), 400, /expected/),
  );
  test('an event of the future', () => refuses(sign(future(301)), 400, /lies in the future/));
  test('an event of a clock that is five minutes ahead', async () => {
    expect((await send(new MemoryWorld(), sign(future(300)))).status).toBe(200);
  });

  test('the very same request again is refused', async () => {
    const world = new MemoryWorld();
    const request = sign(event());
    await send(world, request);
    const before = accountOf(world);
    expect((await send(world, request)).status).toBe(409);
    expect(accountOf(world)).toEqual(before);
  });

  test('the same event, delivered anew, is fine and changes nothing', async () => {
    const world = new MemoryWorld();
    await send(world, sign(event()));
    const before = accountOf(world);
    expect(await send(world, sentAt(NOW - 60))).toMatchObject({ status: 200, body: { changed: false } });
    expect(accountOf(world)).toEqual(before);
  });

  test('an older event changes nothing', async () => {
    const world = new MemoryWorld();
    await send(world, sign(event()));
    const before = accountOf(world);
    expect(await send(world, sign(older()))).toMatchObject({ status: 200, body: { changed: false } });
    expect(accountOf(world)).toEqual(before);
  });

  test('a table that fails is the server’s fault: thrown, so that the provider tries again', async () => {
    const world = new MemoryWorld();
    jest.spyOn(world.accounts, 'record').mockRejectedValue(new Error('throttled'));
    await expect(send(world, sign(event()))).rejects.toThrow('throttled');
  });
});

test('a provider that is not configured is not there', async () => {
  const ports = { ...new MemoryWorld().invocation().ports, verifier: undefined };
  const stripe = await stripeWebhook(signedByStripe(stripeEvent()), PRICES, ports);
  expect(stripe).toEqual({ status: 404, body: { error: expect.stringContaining('STRIPE_WEBHOOK_SECRET') } });
  const standard = await billingWebhook(signedByStandard(standardEvent()), ports);
  expect(standard).toEqual({
    status: 404,
    body: { error: expect.stringContaining('BILLING_WEBHOOK_SECRET') },
  });
});

describe('Stripe', () => {
  test.each([
    ['active', 'active'],
    ['trialing', 'active'],
    ['past_due', 'active'],
    ['unpaid', 'suspended'],
    ['paused', 'suspended'],
    ['incomplete', 'suspended'],
    ['canceled', 'cancelled'],
    ['incomplete_expired', 'cancelled'],
  ])('%s means %s', async (status, expected) => {
    const world = new MemoryWorld();
    await deliver(world, { subscription: { status } });
    expect(entitlementOf(world)).toEqual({ status: expected, tier: 'pro' });
  });

  test('a subscription that ends with its period is active until then', async () => {
    const world = new MemoryWorld();
    await deliver(world, { subscription: { cancel_at_period_end: true } });
    expect(entitlementOf(world)).toMatchObject({ status: 'active' });
  });

  test.each(['ended', '', 'constructor', 'ACTIVE'])(
    'a status that is unknown, %j: told, and nothing is written',
    async (status) => {
      const world = new MemoryWorld();
      const answer = await deliver(world, { subscription: { status } });
      expect(answer).toEqual({
        status: 200,
        body: { changed: false, reason: expect.stringContaining('status') },
      });
      expect(world.observer.counted('BillingNotUnderstood')).toBe(1);
      expect(world.observer.at('error')).toHaveLength(1);
      expect([...world.accountItems.items()]).toEqual([]);
    },
  );

  test('other events are no news, and no alarm', async () => {
    const world = new MemoryWorld();
    const answer = await deliver(world, { type: 'invoice.paid' });
    expect(answer).toMatchObject({ status: 200, body: { changed: false } });
    expect(world.observer.counted('BillingNotUnderstood')).toBe(0);
    expect([...world.accountItems.items()]).toEqual([]);
  });

  test.each([
    ['no metadata', null],
    ['no client', { tier: 'pro' }],
    ['a client that is none', { clientId: '../acme', tier: 'pro' }],
  ])('%s: kept where no client is, and a person is told', async (_, metadata) => {
    const world = new MemoryWorld();
    expect(await deliver(world, { subscription: { metadata } })).toMatchObject({
      status: 200,
      body: { changed: true },
    });
    expect(accountOf(world, 'unmatched/cus_1')).toMatchObject({
      'subscription:sub_1': { status: 'active', tier: 'pro' },
    });
    expect(world.observer.counted('BillingNotUnderstood')).toBe(1);
    expect([...world.accountItems.items()]).toHaveLength(1);
  });

  test.each<[string, Item, string | undefined, number]>([
    ['the metadata', { metadata: { clientId: 'acme', tier: 'free' } }, 'free', 0],
    ['the metadata’s other name', { metadata: { clientId: 'acme', subscriptionTier: 'free' } }, 'free', 0],
    ['its price', { metadata: { clientId: 'acme' } }, 'pro', 0],
    ['its price, where the metadata is nonsense', { metadata: { clientId: 'acme', tier: 'gold' } }, 'pro', 0],
    [
      'the first price that is known',
      {
        metadata: { clientId: 'acme' },
        items: { data: [{ price: { id: 'price_add_on' } }, { price: { id: 'price_enterprise' } }] },
      },
      'enterprise',
      0,
    ],
    [
      'nothing: its status counts, and a person is told',
      { metadata: { clientId: 'acme' }, items: { data: [{ price: { id: 'toString' } }] } },
      undefined,
      1,
    ],
  ])('the tier comes from %s', async (_, subscription, tier, alarms) => {
    const world = new MemoryWorld();
    await deliver(world, { subscription });
    expect(entitlementOf(world)).toEqual({ status: 'active', tier });
    expect(world.observer.counted('BillingNotUnderstood')).toBe(alarms);
  });

  test('the late deletion of an old subscription leaves a client active who has a new one', async () => {
    const world = new MemoryWorld();
    await deliver(world, { created: NOW - 9 });
    await deliver(world, { type: 'created', created: NOW - 5, subscription: { id: 'sub_2' } });
    await deliver(world, { type: 'deleted', subscription: { status: 'canceled' } });
    expect(entitlementOf(world)).toEqual({ status: 'active', tier: 'pro' });
    await deliver(world, { type: 'deleted', subscription: { id: 'sub_2', status: 'canceled' } });
    expect(entitlementOf(world)).toMatchObject({ status: 'cancelled' });
  });

  const created = { type: 'created', subscription: { status: 'incomplete' } };
  const activated = { type: 'updated', subscription: { status: 'active' } };
  test.each([
    ['in their order', [created, activated]],
    ['the other way round', [activated, created]],
  ])('created and activated within one second, %s: active', async (_, events) => {
    const world = new MemoryWorld();
    for (const event of events) await deliver(world, event);
    expect(entitlementOf(world)).toMatchObject({ status: 'active' });
  });

  const deleted = { type: 'deleted', subscription: { status: 'active' } };
  test.each([
    ['in their order', [activated, deleted]],
    ['the other way round', [deleted, activated]],
  ])('updated and deleted within one second, %s: cancelled', async (_, events) => {
    const world = new MemoryWorld();
    for (const event of events) await deliver(world, event);
    expect(entitlementOf(world)).toMatchObject({ status: 'cancelled' });
  });

  test.each<[string, StripeChange, RegExp]>([
    ['no id', { id: null }, /id is null/],
    ['a time of text', { created: 'now' }, /created is "now"/],
    ['no subscription id', { subscription: { id: undefined } }, /id is missing/],
    ['an id that could be a path', { subscription: { id: 'sub.at' } }, /id is "sub.at"/],
    ['no status', { subscription: { status: null } }, /status is null/],
    ['no customer', { subscription: { customer: null } }, /customer is null/],
  ])('%s is no event of Stripe', async (_, change, reason) => {
    const world = new MemoryWorld();
    const answer = await deliver(world, change);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(reason);
    expect([...world.accountItems.items()]).toEqual([]);
  });
});

describe('Standard Webhooks', () => {
  test.each<[string, Item, RegExp]>([
    ['no client', { clientId: undefined }, /clientId is missing/],
    ['a client with a slash', { clientId: 'unmatched/cus_1' }, /clientId/],
    ['an unknown status', { subscriptionStatus: 'canceled' }, /subscriptionStatus is "canceled"/],
    ['an unknown tier', { subscriptionTier: 'gold' }, /subscriptionTier is "gold"/],
    ['null', { subscriptionStatus: null }, /subscriptionStatus is null/],
  ])('%s', async (_, data, reason) => {
    const world = new MemoryWorld();
    const answer = await sendStandard(world, signedByStandard(standardEvent(data)));
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatch(reason);
    expect([...world.accountItems.items()]).toEqual([]);
  });

  test('a time without an offset, or in milliseconds, is refused', async () => {
    for (const timestamp of ['2026-01-01T00:00:00', NOW * 1000, 'yesterday', null]) {
      const request = signedByStandard(standardEvent({}, { timestamp }));
      expect((await sendStandard(new MemoryWorld(), request)).status).toBe(400);
    }
  });

  test.each(['webhook-id', 'webhook-timestamp'])('without the header %s', async (name) => {
    const { body, headers } = signedByStandard(standardEvent());
    const answer = await sendStandard(new MemoryWorld(), {
      body,
      headers: { ...headers, [name]: undefined },
    });
    expect(answer).toMatchObject({ status: 401, body: { error: expect.stringContaining(name) } });
  });

  test('of two events of the same time the one that comes later wins; the first one, sent again, does not', async () => {
    const world = new MemoryWorld();
    const send = (id: string, subscriptionStatus: string, at: number) =>
      sendStandard(world, signedByStandard(standardEvent({ subscriptionStatus }), { id, at }));
    await send('msg_1', 'active', NOW);
    expect(await send('msg_1', 'cancelled', NOW + 1)).toMatchObject({ body: { changed: false } });
    expect(await send('msg_2', 'cancelled', NOW)).toMatchObject({ body: { changed: true } });
    expect(entitlementOf(world)).toMatchObject({ status: 'cancelled' });
  });

  test('fractions of a second keep their order', async () => {
    const world = new MemoryWorld();
    const at = (milliseconds: string) => `2026-01-01T00:00:00.${milliseconds}Z`;
    const send = (id: string, status: string, timestamp: string) =>
      sendStandard(
        world,
        signedByStandard(standardEvent({ subscriptionStatus: status }, { timestamp }), { id }),
      );
    await send('msg_1', 'cancelled', at('200'));
    await send('msg_2', 'active', at('100'));
    expect(entitlementOf(world)).toMatchObject({ status: 'cancelled' });
    await send('msg_3', 'active', at('300'));
    expect(entitlementOf(world)).toMatchObject({ status: 'active' });
  });
});
