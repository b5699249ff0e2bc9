import { BadInputError } from '../../../src/core/errors.ts';
import {
  bestSubscription,
  type Entitlement,
  readBillingEvent as readWithId,
  refuseFutureEvent,
} from '../../../src/core/subscription.ts';
import { billingEvent, okSubscriptionEvent } from '../../support/billing.ts';
import { NOW } from '../../support/rows.ts';

/** Reads the body of the message `evt_1`. */
const readBillingEvent = (input: unknown) => readWithId(input, 'evt_1');

describe('a billing event', () => {
  test('in order is read', () => {
    expect(readBillingEvent(billingEvent({ subscriptionId: 'sub_1' }))).toEqual({
      ...okSubscriptionEvent,
      rank: 0,
    });
  });

  test('without a subscription is about the one that every client has', () => {
    expect(readBillingEvent(billingEvent()).subscriptionId).toBe('default');
  });

  test.each([
    ['2027-01-15T08:00:00Z', NOW],
    ['2027-01-15T08:00:00.250Z', NOW + 0.25],
    ['2027-01-15T08:00:00.123456Z', NOW + 0.123],
    ['2027-01-15T10:00:00+02:00', NOW],
    ['2027-01-14T22:30:00.5-09:30', NOW + 0.5],
    [NOW, NOW],
    [NOW + 0.5, NOW + 0.5],
  ])('of %j happened at %d', (timestamp, at) => {
    expect(readBillingEvent(billingEvent({}, timestamp)).at).toBe(at);
  });

  test.each([
    ['without an offset', '2027-01-15T08:00:00'],
    ['a day alone', '2027-01-15'],
    ['a day that is none', '2027-02-30T08:00:00Z'],
    ['words', 'yesterday'],
    ['a year before all clocks', '0000-01-01T00:00:00Z'],
    ['seconds as text', String(NOW)],
    ['milliseconds', NOW * 1000],
    ['0', 0],
    ['negative', -NOW],
    ['no number', Number.NaN],
    ['null', null],
    ['nothing', undefined],
    ['a list', [NOW]],
  ])('with a time that is %s is refused', (_, timestamp) => {
    const input = { ...billingEvent(), timestamp };
    expect(() => readBillingEvent(input)).toThrow(BadInputError);
    expect(() => readBillingEvent(input)).toThrow(
      /^timestamp is .*, expected an ISO 8601 time with an offset/,
    );
  });

  test.each([
    ['clientId', '../acme', /^data.clientId is "..\/acme", expected an id of/],
    ['clientId', undefined, /^data.clientId is missing, expected an id of/],
    ['subscriptionId', 'a b', /^data.subscriptionId is "a b", expected an id of at most 128/],
    ['subscriptionId', 'a'.repeat(129), /^data.subscriptionId is "a+…, expected an id of at most 128/],
    ['subscriptionId', null, /^data.subscriptionId is null, expected an id of at most 128/],
    [
      'subscriptionStatus',
      'canceled',
      /^data.subscriptionStatus is "canceled", expected active, suspended or/,
    ],
    ['subscriptionStatus', 'constructor', /^data.subscriptionStatus is "constructor", expected/],
    ['subscriptionTier', undefined, /^data.subscriptionTier is missing, expected free, pro or enterprise/],
  ])('with %s %j is refused', (name, value, message) => {
    expect(() => readBillingEvent(billingEvent({ [name]: value }))).toThrow(message);
  });

  test('of another type is refused', () => {
    const input = { ...billingEvent(), type: 'subscription.deleted' };
    expect(() => readBillingEvent(input)).toThrow(
      /^type is "subscription.deleted", expected "subscription.updated"/,
    );
  });

  test.each([null, undefined, 1, 'text', []])('%j is none', (input) => {
    expect(() => readBillingEvent(input)).toThrow(/^the input is .*, expected object$/);
  });
});

describe('an event from the future', () => {
  test.each([
    ['now', 0],
    ['as far ahead as a clock may be', 300],
  ])('%s is taken', (_, ahead) => {
    expect(() => refuseFutureEvent({ ...okSubscriptionEvent, at: NOW + ahead }, NOW)).not.toThrow();
  });

  test('one second further is refused', () => {
    expect(() => refuseFutureEvent({ ...okSubscriptionEvent, at: NOW + 301 }, NOW)).toThrow(
      `the event's time is ${NOW + 301}, expected at most ${NOW + 300}: it lies in the future`,
    );
  });
});

describe('the best subscription', () => {
  const of = (status: Entitlement['status'], tier?: Entitlement['tier']): Entitlement => ({ status, tier });

  test.each<[string, Entitlement[], Entitlement | undefined]>([
    ['of none is none', [], undefined],
    ['of one is that one', [of('cancelled', 'pro')], of('cancelled', 'pro')],
    [
      'is active before suspended',
      [of('suspended', 'enterprise'), of('active', 'free')],
      of('active', 'free'),
    ],
    ['is suspended before cancelled', [of('cancelled', 'enterprise'), of('suspended')], of('suspended')],
    [
      'has the higher tier',
      [of('active', 'free'), of('active', 'enterprise'), of('active', 'pro')],
      of('active', 'enterprise'),
    ],
    ['does not guess a tier that may be higher', [of('active'), of('active', 'pro')], of('active')],
    [
      'knows that nothing is above enterprise',
      [of('active'), of('active', 'enterprise')],
      of('active', 'enterprise'),
    ],
    [
      'is not in doubt for one that is cancelled',
      [of('cancelled'), of('active', 'pro')],
      of('active', 'pro'),
    ],
  ])('%s', (_, subscriptions, expected) => {
    expect(bestSubscription(subscriptions)).toEqual(expected);
    expect(bestSubscription([...subscriptions].reverse())).toEqual(expected);
  });
});
