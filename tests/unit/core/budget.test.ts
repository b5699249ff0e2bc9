import {
  allowanceFor,
  HOURS_AHEAD,
  hasTurn,
  hourOf,
  hoursWithRoom,
  percentUsedAt,
  secondOfTurn,
  startOfHour,
} from '../../../src/core/budget.ts';
import type { HeldBack } from '../../../src/core/workspace-row.ts';
import { NOW, OK_SAFETY } from '../../support/memory/ok-values.ts';

const HOUR = 3_600;

test('an hour is named so that names sort as hours do', () => {
  expect([hourOf(NOW - 1), hourOf(NOW), hourOf(NOW + HOUR - 0.1), hourOf(NOW, 1)]).toEqual([
    '2025-12-31T23',
    '2026-01-01T00',
    '2026-01-01T00',
    '2026-01-01T01',
  ]);
  expect(startOfHour(hourOf(NOW + 59))).toBe(NOW);
});

test.each([
  [100, 25, 25],
  [3, 25, 1],
  [1, 1, 1],
  [0, 25, 0],
  [500, 100, 500],
])('of %i an hour a client that may have %i %% has %i', (terminate, percentPerClient, perClient) => {
  const safety = { ...OK_SAFETY, budgets: { archive: 1, terminate }, percentPerClient };
  const settings = { clients: {}, budgets: {}, former: [] };
  expect(allowanceFor(settings, 'terminate', safety)).toEqual({ total: terminate, perClient });
});

test('what is set beats what the installation says, 0 included', () => {
  const settings = { clients: {}, budgets: { archive: 0 }, former: [] };
  expect(allowanceFor(settings, 'archive', OK_SAFETY).total).toBe(0);
  expect(allowanceFor(settings, 'terminate', OK_SAFETY).total).toBe(OK_SAFETY.budgets.terminate);
});

describe('the first hour with room', () => {
  const allowance = { total: 10, perClient: 3 };
  const full = (ahead: number) => ({ hour: hourOf(NOW, ahead), total: 10, ofClient: 0 });
  const fullForClient = (ahead: number) => ({ hour: hourOf(NOW, ahead), total: 5, ofClient: 3 });

  test.each([
    ['nothing was used', [], 1],
    ['the next is full', [full(1)], 2],
    ['the next is full for this client', [fullForClient(1)], 2],
    ['one behind others is free', [full(1), fullForClient(2), full(4)], 3],
    ['this hour does not matter', [full(0)], 1],
  ])('%s', (_, used, ahead) => {
    expect(hoursWithRoom(used, allowance, NOW + 1_234)[0]).toBe(hourOf(NOW, ahead));
  });

  test('there is none within two weeks', () => {
    const used = Array.from({ length: HOURS_AHEAD }, (_, index) => full(index + 1));
    expect(hoursWithRoom(used, allowance, NOW)).toEqual([]);
  });
});

test('turns are spread over their hour, and none lies in another', () => {
  const hour = hourOf(NOW, 1);
  const seconds = Array.from({ length: 100 }, (_, index) => secondOfTurn(hour, index + 1, 100));
  expect([seconds[0], seconds[1], seconds[99]]).toEqual([NOW + HOUR, NOW + HOUR + 36, NOW + 2 * HOUR - 36]);
  // The budget may have been lowered since.
  expect(secondOfTurn(hour, 200, 100)).toBeLessThan(NOW + 2 * HOUR);
});

test.each([
  ['the first of four', 1, 4, 25],
  ['the last of four', 4, 4, 100],
  ['of a budget that has been lowered to 0 since', 3, 0, 100],
])('%s: so much of the budget is used up then', (_, place, total, percent) => {
  const until = secondOfTurn(hourOf(NOW, 1), place, Math.max(total, 4));
  expect(percentUsedAt(until, total)).toBe(percent);
});

describe('a turn', () => {
  const until = NOW + HOUR + 36;
  const turn: HeldBack = { matter: 'terminate', deadline: NOW, reason: 'budget', since: NOW, until };
  test.each<[string, HeldBack | undefined, number, boolean]>([
    ['one second before', turn, until - 1, false],
    ['at it', turn, until, true],
    ['in the last second of its hour', turn, NOW + 2 * HOUR - 1, true],
    ['when its hour is over', turn, NOW + 2 * HOUR, false],
    ['of another deadline', { ...turn, deadline: NOW - 1 }, until, false],
    ['of another matter', { ...turn, matter: 'archive' }, until, false],
    ['that never comes', { ...turn, until: undefined }, until, false],
    ['that is none', { ...turn, reason: 'observe' }, until, false],
    ['nobody gave', undefined, until, false],
  ])('%s', (_, heldBack, now, expected) => {
    expect(hasTurn(heldBack, 'terminate', NOW, now)).toBe(expected);
  });
});
