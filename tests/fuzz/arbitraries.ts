import fc from 'fast-check';
import { DAY, NOW } from '../support/memory/ok-values.ts';
import type { Item } from '../support/memory/table.ts';

/** What has been found where a value was expected: missing, of another type, in another unit, out of any range. */
const nasty: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...nastyValues()) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.anything({ maxDepth: 2 }) },
);

function nastyValues(): unknown[] {
  const numbers = [
    0,
    -0,
    -1,
    1,
    0.5,
    1e308,
    -1e308,
    2 ** 53,
    NOW,
    NOW * 1_000,
    NOW + 301,
    NOW + 10 * DAY,
    NOW / 1_000,
  ];
  const strings = [
    '',
    ' ',
    '0',
    'null',
    'undefined',
    'NaN',
    'active',
    'Active',
    'canceled',
    'gold',
    '..',
    '/',
    'a/b',
    'é',
    '\u0000',
    '\ud800',
    'x'.repeat(2_000),
  ];
  const others = [
    undefined,
    null,
    true,
    false,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    [],
    {},
    [[]],
    [null],
    { S: 'x' },
    { until: 'never' },
    { until: NOW + DAY },
  ];
  return [...numbers, ...strings, ...others];
}

/** What is nearly `valid`: a few members are gone, are something else, or are there and should not be. Keys come through. */
export function almost(valid: Item, known: readonly string[] = []): fc.Arbitrary<Item> {
  const names = fc.constantFrom(...Object.keys(valid), ...known, 'extra', 'constructor', 'toString');
  return fc
    .array(fc.tuple(names, nasty), { maxLength: 3 })
    .map((changes) => ({ ...valid, ...Object.fromEntries(changes) }));
}

/** As text that came over the wire: nearly always JSON. */
export function bodiesOf(items: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: items.map((item) => JSON.stringify(item) ?? '') },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
    { weight: 1, arbitrary: fc.constantFrom('', '{', '[]', 'null', '7', '"a"', '{"a":1}{', '\ufeff{}') },
  );
}

const claim = {
  owner: 'other',
  until: NOW - 10,
  action: 'archive',
  step: 'stop-tasks',
  origin: 'active',
  rule: 'retention-free',
  since: NOW - 500,
  decidedAt: NOW - 500,
};
const notice = { deadline: NOW - 5 * DAY, at: NOW - 6 * DAY, subscriptionEventAt: NOW - 50 * DAY };
const heldBack = { matter: 'archive', deadline: NOW - DAY, reason: 'paused', since: NOW - DAY };

/** Rows in which something is due, as the table gives them, with and without what others add to them. */
const dueRows: Item[] = [
  {},
  { lifecycle: 'active', hold: { by: 'ops', reason: 'asked' } },
  {
    lifecycle: 'active',
    hold: { until: NOW - DAY },
    extension: { until: NOW - 1, by: 'ops', reason: 'asked' },
  },
  { requested: { action: 'terminate', at: NOW - 1, by: 'ops', reason: 'asked' } },
  { lifecycle: 'archiving', claim, armedFor: NOW - 10 },
  { lifecycle: 'terminating', claim: { ...claim, action: 'terminate', step: 'delete-files' } },
  { lifecycle: 'restoring', claim: { ...claim, action: 'restore', step: 'give-access', origin: 'archived' } },
  { lifecycle: 'archived', subscriptionStatus: 'cancelled', notices: { terminate: notice } },
  { notices: { archive: notice }, heldBack, waitingFor: 'control', waitingSince: NOW - DAY },
  {
    subscriptionStatus: 'suspended',
    retentionDays: 3,
    posixUid: 501,
    history: { sequence: 3, at: NOW - DAY },
  },
];

const OVERDUE: Item = {
  subscriptionStatus: 'active',
  subscriptionTier: 'free',
  containerStatus: 'active',
  lastActivity: NOW - 40 * DAY,
};

/** Rows that are due, or would be if they were understood. Without their keys. */
export const rows: fc.Arbitrary<Item> = fc
  .constantFrom(...dueRows)
  .chain((due) =>
    almost({ ...OVERDUE, ...due }, [
      'lifecycle',
      'claim',
      'hold',
      'extension',
      'requested',
      'retentionDays',
      'armedFor',
      'notices',
      'heldBack',
      'history',
      'posixUid',
      'efsAccessPoint',
      'taskArn',
    ]),
  );

/** The same, with something wrong inside of what is nested. */
export const deepRows: fc.Arbitrary<Item> = fc
  .record({
    claim: almost(claim),
    hold: almost({ until: NOW - DAY }),
    notice: almost(notice),
    heldBack: almost(heldBack),
    history: almost({ sequence: 3, at: NOW - DAY }),
  })
  .chain((nested) =>
    fc.constantFrom<Item>(
      { ...OVERDUE, lifecycle: 'archiving', claim: nested.claim },
      { ...OVERDUE, lifecycle: 'terminating', claim: { ...nested.claim, action: 'terminate' } },
      { ...OVERDUE, hold: nested.hold },
      {
        ...OVERDUE,
        subscriptionStatus: 'cancelled',
        lifecycle: 'archived',
        notices: { terminate: nested.notice },
      },
      { ...OVERDUE, heldBack: nested.heldBack },
      { ...OVERDUE, history: nested.history },
    ),
  );

const accounts = almost({
  revision: 3,
  'subscription:default': {
    status: 'cancelled',
    tier: 'free',
    at: NOW - DAY,
    rank: 0,
    messageIds: ['m'],
    delivery: 'd',
  },
  fanOut: { done: false, status: 'active', tier: 'free', revision: 2, at: NOW - DAY },
});

const entries = almost({
  sequence: 2,
  at: NOW - 5,
  what: 'archived',
  by: 'policy',
  lifecycle: 'archived',
  rule: 'retention-free',
  inputs: {
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    lastActivity: NOW - 40 * DAY,
    idleSeconds: 40 * DAY,
  },
  due: NOW - 60,
  latenessSeconds: 1.5,
});

/** With this nothing keeps anybody from anything. */
export const GOOD_CONTROL: Item = {
  enforcement: 'enforce',
  clients: {},
  budgets: { archive: 3, terminate: 1 },
  revision: 4,
  history: { sequence: 2, at: NOW - DAY },
};

export const controls = fc
  .constantFrom<Item>(
    {},
    { clients: { acme: 'observe' } },
    { clients: { acme: 'enforce' }, enforcement: 'off' },
    { enforcement: 'observe' },
    { pause: { at: NOW - 5, by: 'ops', reason: 'a look' } },
  )
  .chain((change) =>
    fc.oneof(fc.constant({ ...GOOD_CONTROL, ...change }), almost({ ...GOOD_CONTROL, ...change }, ['pause'])),
  );

/** Images of each of the tables. */
export const images = { rows: fc.oneof(rows, deepRows), accounts, entries, controls };

/** Payloads of the deadline handler: the key of a workspace, or what somebody takes for one. */
export const payloads: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: almost({ clientId: 'acme', userId: 'ada' }) },
  { weight: 1, arbitrary: nasty },
  { weight: 1, arbitrary: fc.anything() },
);

export const billingEvents = fc
  .tuple(
    almost({ type: 'subscription.updated', timestamp: NOW - 5 }, ['data']),
    almost({ clientId: 'acme', subscriptionStatus: 'cancelled', subscriptionTier: 'free' }, [
      'subscriptionId',
    ]),
  )
  .map(([event, data]) => ({ data, ...event }));

export const stripeEvents = fc
  .record({
    event: almost({ id: 'evt_1', object: 'event', type: 'customer.subscription.updated', created: NOW - 5 }, [
      'data',
    ]),
    object: almost(
      {
        id: 'sub_1',
        object: 'subscription',
        status: 'canceled',
        customer: 'cus_1',
        metadata: { clientId: 'acme' },
        created: NOW - 9 * DAY,
        cancel_at_period_end: false,
        canceled_at: NOW - 5,
        ended_at: NOW - 5,
      },
      ['items'],
    ),
    item: almost({ id: 'si_1', object: 'subscription_item', quantity: 1 }),
    price: almost({ id: 'price_1', object: 'price' }),
  })
  .map(({ event, object, item, price }) => ({
    data: { object: { items: { object: 'list', data: [{ price, ...item }] }, ...object } },
    ...event,
  }));

const key = { clientId: 'acme', userId: 'ada' };
export const requests = {
  provision: almost({ ...key, retentionDays: 3, start: true }),
  activity: almost({ ...key, lastActivity: NOW - 5, containerStatus: 'idle' }, ['taskArn']),
  resume: almost({ start: true }),
};
