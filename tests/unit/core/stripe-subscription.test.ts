import { BadInputError } from '../../../src/core/errors.ts';
import { readStripeEvent } from '../../../src/core/stripe-subscription.ts';
import { idSchema } from '../../../src/core/workspace-key.ts';
import { okStripeSubscription, okSubscriptionEvent, stripeEvent } from '../../support/billing.ts';

const PRICES = { price_pro: 'pro', price_enterprise: 'enterprise' } as const;

/** JSON as it comes in: there `__proto__` is a key like any other. */
const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

function eventOf(input: unknown) {
  const reading = readStripeEvent(input, PRICES);
  if (reading.kind !== 'event') throw new Error(`expected an event, it is ${JSON.stringify(reading)}`);
  return reading;
}

test('a subscription in order is read', () => {
  expect(eventOf(stripeEvent())).toEqual({ kind: 'event', event: okSubscriptionEvent, alarms: [] });
});

test.each([
  ['active', 'active'],
  ['trialing', 'active'],
  ['past_due', 'active'],
  ['unpaid', 'suspended'],
  ['paused', 'suspended'],
  ['incomplete', 'suspended'],
  ['canceled', 'cancelled'],
  ['incomplete_expired', 'cancelled'],
])('%s means %s', (status, expected) => {
  expect(eventOf(stripeEvent({ status })).event).toMatchObject({ status: expected });
});

test.each(['cancelled', 'ended', '', 'Active', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'the status %j is not understood and changes nothing',
  (status) => {
    const reading = readStripeEvent(stripeEvent({ status }), PRICES);
    expect(reading).toEqual({
      kind: 'not-understood',
      reason: expect.stringContaining(
        `has status ${JSON.stringify(status)}, expected one of active, trialing`,
      ),
    });
  },
);

test('a subscription that ends with its period is active until Stripe says canceled', () => {
  const cancelling = stripeEvent({ cancel_at_period_end: true, cancel_at: 1, canceled_at: 1 });
  expect(eventOf(cancelling).event.status).toBe('active');
});

test.each(['active', 'canceled', 'something-new'])(
  'a deleted subscription is cancelled for good, it says %s',
  (status) => {
    const reading = eventOf(stripeEvent({ status }, 'customer.subscription.deleted'));
    expect(reading.event).toMatchObject({ status: 'cancelled', rank: 3 });
  },
);

test('of two events of one second the better status is the later, except after a deletion', () => {
  const ranks = [
    eventOf(stripeEvent({ status: 'canceled' })),
    eventOf(stripeEvent({ status: 'incomplete' })),
    eventOf(stripeEvent({ status: 'active' })),
    eventOf(stripeEvent({ status: 'active' }, 'customer.subscription.deleted')),
  ].map(({ event }) => event.rank);
  expect(ranks).toEqual([0, 1, 2, 3]);
});

const OK_CREATED = 1_767_225_600;

test.each(['created', 'updated', 'paused', 'resumed'])('customer.subscription.%s is read', (type) => {
  expect(eventOf(stripeEvent({}, `customer.subscription.${type}`)).event).toEqual(okSubscriptionEvent);
});

test.each(['invoice.paid', 'customer.updated', 'customer.subscription.trial_will_end', 'constructor'])(
  '%s is ignored, whatever it holds',
  (type) => {
    expect(
      readStripeEvent({ id: 'evt_1', type, created: OK_CREATED, data: { object: null } }, PRICES),
    ).toEqual({
      kind: 'ignored',
      reason: `events of type "${type}" change no subscription`,
    });
  },
);

describe('the tier', () => {
  const priced = (...ids: string[]) => ({ data: ids.map((id) => ({ price: { id } })) });

  test.each([
    ['from metadata.tier', { metadata: { clientId: 'acme', tier: 'enterprise' } }, 'enterprise'],
    ['from metadata.subscriptionTier', { metadata: { clientId: 'acme', subscriptionTier: 'free' } }, 'free'],
    ['from its price', { metadata: { clientId: 'acme' } }, 'pro'],
    ['from its price where the metadata is unknown', { metadata: { clientId: 'acme', tier: 'gold' } }, 'pro'],
    [
      'from the first price that is known',
      { metadata: { clientId: 'acme' }, items: priced('price_x', 'price_enterprise', 'price_pro') },
      'enterprise',
    ],
  ])('%s', (_, changes, tier) => {
    const { event, alarms } = eventOf(stripeEvent(changes));
    expect(event.tier).toBe(tier);
    expect(alarms).toEqual([]);
  });

  test.each(['price_unknown', 'constructor', '__proto__', 'toString'])(
    'is not known from the price %j, and a person is told',
    (id) => {
      const { event, alarms } = eventOf(stripeEvent({ metadata: { clientId: 'acme' }, items: priced(id) }));
      expect(event.tier).toBeUndefined();
      expect(alarms).toEqual([expect.stringContaining(`its prices ["${id}"] are not in STRIPE_PRICE_TIERS`)]);
    },
  );

  test.each([
    ['no items', { items: undefined }],
    ['null for items', { items: null }],
    ['an empty list', { items: { data: [] } }],
  ])('is not known with %s', (_, changes) => {
    const { event, alarms } = eventOf(stripeEvent({ metadata: { clientId: 'acme' }, ...changes }));
    expect(event.tier).toBeUndefined();
    expect(alarms).toHaveLength(1);
  });
});

describe('without a client', () => {
  test.each([
    ['no metadata', { metadata: undefined }],
    ['null for metadata', { metadata: null }],
    ['empty metadata', { metadata: {} }],
    ['an id that is none', { metadata: { clientId: '../acme', tier: 'pro' } }],
    ['an empty id', { metadata: { clientId: '' } }],
    ['a key of the prototype', { metadata: parsed('{"__proto__":{"clientId":"acme"}}') }],
  ])('%s: kept under the customer, which can be no client', (_, changes) => {
    const { event, alarms } = eventOf(stripeEvent(changes));
    expect(event.clientId).toBe('unmatched/cus_1');
    expect(idSchema.safeParse(event.clientId).success).toBe(false);
    expect(alarms[0]).toContain("expected a client's id; kept under unmatched/cus_1");
  });

  test('the customer may be expanded', () => {
    const changes = { metadata: null, customer: { id: 'cus_2', email: 'ada@acme.io' } };
    expect(eventOf(stripeEvent(changes)).event.clientId).toBe('unmatched/cus_2');
  });
});

test.each([
  ['null', null, 'the input is null, expected object'],
  [
    'no type',
    { id: 'evt_1', created: OK_CREATED, data: { object: {} } },
    'type is missing, expected a Stripe event type',
  ],
  [
    'no time',
    { id: 'evt_1', type: 'x', data: { object: {} } },
    'created is missing, expected whole epoch seconds',
  ],
  [
    'time 0',
    { id: 'evt_1', type: 'x', created: 0, data: { object: {} } },
    'created is 0, expected whole epoch seconds',
  ],
  [
    'time 1, which would make a row that nobody understands',
    { id: 'evt_1', type: 'x', created: 1, data: { object: {} } },
    'created is 1, expected whole epoch seconds',
  ],
  [
    'no id',
    { type: 'x', created: OK_CREATED, data: { object: {} } },
    'id is missing, expected the id of an event',
  ],
  [
    'no data',
    { id: 'evt_1', type: 'x', created: OK_CREATED },
    'data is missing, expected an object with the changed subscription',
  ],
  ['no subscription', stripeEventOf(null), 'the input is null, expected object'],
  ['no id of the subscription', stripeEvent({ id: undefined }), 'id is missing, expected a subscription id'],
  ['an id that is none', stripeEvent({ id: 'sub/1' }), 'id is "sub/1", expected a subscription id'],
  ['no status', stripeEvent({ status: null }), 'status is null, expected a Stripe subscription status'],
  ['no customer', stripeEvent({ customer: null }), 'customer is null, expected a customer or its id'],
  ['a customer that is none', stripeEvent({ customer: 'a/b' }), 'customer is "a/b", expected a customer id'],
  ['metadata that is no text', stripeEvent({ metadata: { a: 1 } }), 'metadata.a is 1, expected string'],
])('%s is refused', (_, input, message) => {
  expect(() => readStripeEvent(input, PRICES)).toThrow(BadInputError);
  expect(() => readStripeEvent(input, PRICES)).toThrow(message);
});

function stripeEventOf(object: unknown) {
  return { ...stripeEvent(), data: { object } };
}

test('what is read is not changed', () => {
  const before = structuredClone(okStripeSubscription);
  readStripeEvent(stripeEvent(), PRICES);
  expect(okStripeSubscription).toEqual(before);
});
