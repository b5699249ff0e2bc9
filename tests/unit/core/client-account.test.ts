import {
  type ClientAccount,
  type FanOut,
  parseAccount,
  planFanOut,
} from '../../../src/core/client-account.ts';
import { NOW } from '../../support/rows.ts';

const okSubscription = {
  status: 'active',
  tier: 'pro',
  at: NOW,
  rank: 2,
  messageIds: ['evt_1'],
  delivery: 'delivery-1',
};
const okItem = { clientId: 'acme', revision: 3, 'subscription:sub_1': okSubscription };

describe('an account', () => {
  test('in order is read', () => {
    expect(parseAccount(okItem)).toEqual({
      kind: 'valid',
      account: {
        clientId: 'acme',
        revision: 3,
        entitlement: { status: 'active', tier: 'pro' },
        eventAt: NOW,
        fanOut: undefined,
      },
    });
  });

  test('has the best of its subscriptions, and the time of the newest of its events', () => {
    const late = { ...okSubscription, status: 'cancelled', tier: 'enterprise', at: NOW + 9.5 };
    expect(parseAccount({ ...okItem, 'subscription:sub_2': late })).toMatchObject({
      account: { entitlement: { status: 'active', tier: 'pro' }, eventAt: NOW + 9.5 },
    });
  });

  test('may have no tier', () => {
    const { tier, ...untold } = okSubscription;
    expect(parseAccount({ ...okItem, 'subscription:sub_1': untold })).toMatchObject({
      account: { entitlement: { status: 'active', tier: undefined } },
    });
  });

  test('may hold what else there is, subscriptions named like a prototype included', () => {
    const item = JSON.parse(
      JSON.stringify({ ...okItem, note: null }).replace('subscription:sub_1', 'subscription:__proto__'),
    );
    expect(parseAccount(item)).toMatchObject({ kind: 'valid', account: { entitlement: { tier: 'pro' } } });
  });

  test.each([
    ['no object', null, 'the input is null, expected object'],
    ['no client', { ...okItem, clientId: undefined }, 'clientId is missing, expected an id of'],
    ['an unmatched customer', { ...okItem, clientId: 'unmatched/cus_1' }, 'clientId is "unmatched/cus_1"'],
    ['no revision', { ...okItem, revision: undefined }, 'revision is missing, expected number'],
    ['a revision in parts', { ...okItem, revision: 1.5 }, 'revision is 1.5, expected int'],
    [
      'no subscription',
      { clientId: 'acme', revision: 3 },
      'the account has no subscription, expected at least one',
    ],
    [
      'a status that is unknown',
      { ...okItem, 'subscription:x': { ...okSubscription, status: 'gone' } },
      'subscription:x: status is "gone", expected active, suspended or cancelled',
    ],
    ['null for a subscription', { ...okItem, 'subscription:x': null }, 'subscription:x: the input is null'],
    [
      'half a fan-out',
      { ...okItem, fanOut: { status: 'active' } },
      'fanOut.done is missing, expected boolean',
    ],
  ])('with %s is invalid', (_, input, problem) => {
    expect(parseAccount(input)).toEqual({ kind: 'invalid', problems: [expect.stringContaining(problem)] });
  });
});

describe('the fan-out', () => {
  const planOf = (fanOut: FanOut | undefined, tier: ClientAccount['entitlement']['tier'] = 'pro') =>
    planFanOut({
      clientId: 'acme',
      revision: 3,
      entitlement: { status: 'active', tier },
      eventAt: NOW,
      fanOut,
    });

  test.each<[string, FanOut | undefined, ReturnType<typeof planFanOut>]>([
    ['never begun: begins', undefined, { kind: 'carry', after: undefined, announce: false }],
    [
      'of this, not done: goes on',
      { status: 'active', tier: 'pro', after: 'bob', done: false },
      { kind: 'carry', after: 'bob', announce: false },
    ],
    ['of this, done: nothing', { status: 'active', tier: 'pro', after: 'zoe', done: true }, { kind: 'done' }],
    [
      'of another status: begins again',
      { status: 'suspended', tier: 'pro', after: 'bob', done: true },
      { kind: 'carry', after: undefined, announce: true },
    ],
    [
      'of another tier: begins again',
      { status: 'active', tier: 'free', after: 'bob', done: false },
      { kind: 'carry', after: undefined, announce: true },
    ],
    [
      'of no tier: begins again',
      { status: 'active', after: 'bob', done: true },
      { kind: 'carry', after: undefined, announce: true },
    ],
  ])('%s', (_, fanOut, expected) => {
    expect(planOf(fanOut)).toEqual(expected);
  });

  test('without a tier is done where none was carried', () => {
    const account = { clientId: 'acme', revision: 3, eventAt: NOW };
    const fanOut = { status: 'active', done: true } as const;
    expect(planFanOut({ ...account, entitlement: { status: 'active', tier: undefined }, fanOut })).toEqual({
      kind: 'done',
    });
  });
});
