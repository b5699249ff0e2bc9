import { decideAction } from '../../../../src/core/policy.ts';
import {
  inDays,
  inLargestUnit,
  inUtc,
  paceInWords,
  ruleInWords,
  sceneInWords,
  timeOf,
} from '../../../../src/local/show/words.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../../support/rows.ts';

test('days and times', () => {
  expect(inDays(1_071_360)).toBe('12.40');
  expect(inUtc(NOW + 0.9)).toBe('2027-01-15 08:00:00');
  expect(timeOf(NOW, undefined)).toBe('2027-01-15 08:00:00');
  expect(timeOf(NOW, idleFor(7))).toBe('day  7.00');
  expect(timeOf(NOW, idleFor(90))).toBe('day 90.00');
});

test.each([
  [0, '0 s'],
  [0.2, '1 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3_599, '59 min'],
  [3_600, '1.0 h'],
  [86_399, '24.0 h'],
  [86_400, '1.0 d'],
  [8_640_000, '100.0 d'],
])('%d seconds are %s', (seconds, text) => {
  expect(inLargestUnit(seconds)).toBe(text);
});

test.each([
  [1, 'real time'],
  [90, '90 s per second'],
  [3_600, '1.0 h per second'],
  [86_400, '1.0 d per second'],
])('at speed %d: %s', (speed, text) => {
  expect(paceInWords(speed)).toBe(text);
});

test.each([
  ['free, idle > 7 d', { lastActivity: idleFor(8) }],
  ['own limit, idle > 2 d', { lastActivity: idleFor(8), retentionDays: 2 }],
  ['cancelled, idle > 7 d', { lastActivity: idleFor(8), subscriptionStatus: 'cancelled' }],
  ['suspended, idle > 3 d', { lastActivity: idleFor(8), subscriptionStatus: 'suspended' }],
  ['held: on leave', { hold: { reason: 'on leave' } }],
  ['held: no reason given', { hold: {} }],
  ['within its limits', {}],
] as const)('%s', (text, changes) => {
  const row = rowWith(changes);
  expect(ruleInWords(decideAction(row, okPolicy, NOW), row, okPolicy)).toBe(text);
});

test('scenes tell what the rows do not tell themselves', () => {
  expect(sceneInWords({ at: 0, kind: 'activity', workspace: 'acme/ada' })).toBe('acme/ada is used');
  expect(
    sceneInWords({ at: 0, kind: 'hold', workspace: 'acme/ada', until: 9, reason: 'on leave' }),
  ).toBeUndefined();
  expect(sceneInWords({ at: 0, kind: 'broken-row', workspace: 'acme/ada', note: 'a mess' })).toBe('a mess');
  expect(sceneInWords({ at: 0, kind: 'provision', workspace: 'acme/ada' })).toBeUndefined();
});
