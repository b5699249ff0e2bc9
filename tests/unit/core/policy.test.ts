import {
  type Action,
  DAY_SECONDS,
  decideAction,
  isHeld,
  nextChange,
  type Policy,
  type Rule,
  turningPoints,
} from '../../../src/core/policy.ts';
import type { WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

const decide = (changes: Partial<WorkspaceRow>, now = NOW) => {
  const { action, rule } = decideAction(rowWith(changes), okPolicy, now);
  return `${action} (${rule})`;
};

const FIVE_RULES: [Rule, Action, number, Partial<WorkspaceRow>][] = [
  ['subscription-cancelled', 'terminate', 7, { subscriptionStatus: 'cancelled', subscriptionTier: 'pro' }],
  ['subscription-suspended', 'archive', 3, { subscriptionStatus: 'suspended', subscriptionTier: 'pro' }],
  ['retention-free', 'archive', 7, { subscriptionTier: 'free' }],
  ['retention-pro', 'archive', 30, { subscriptionTier: 'pro' }],
  ['retention-enterprise', 'archive', 90, { subscriptionTier: 'enterprise' }],
];

describe.each(FIVE_RULES)('%s: %s after %i days', (rule, action, days, changes) => {
  test.each([
    ['one second before the limit', -1, 'active (within-limits)'],
    ['at the limit, which is not yet longer than it', 0, 'active (within-limits)'],
    ['one second after the limit', 1, `${action} (${rule})`],
  ])('%s', (_, offset, expected) => {
    expect(decide({ ...changes, lastActivity: idleFor(days, offset) })).toBe(expected);
  });

  test('says since when, and for how long', () => {
    const lastActivity = idleFor(days, 10);
    const verdict = decideAction(rowWith({ ...changes, lastActivity }), okPolicy, NOW);
    expect(verdict.since).toBe(lastActivity + days * DAY_SECONDS + 1);
    expect(verdict.idleSeconds).toBe(days * DAY_SECONDS + 10);
  });

  test('a part of a second does not count', () => {
    expect(decide({ ...changes, lastActivity: idleFor(days) }, NOW + 0.999)).toBe('active (within-limits)');
  });
});

describe('retentionDays of a row', () => {
  test.each(['free', 'pro', 'enterprise'] as const)('replace the number of the tier %s', (tier) => {
    const changes = { subscriptionTier: tier, retentionDays: 2 };
    expect(decide({ ...changes, lastActivity: idleFor(2) })).toBe('active (within-limits)');
    expect(decide({ ...changes, lastActivity: idleFor(2, 1) })).toBe(`archive (retention-${tier})`);
  });

  test('can be longer than the number of the tier', () => {
    expect(decide({ retentionDays: 100, lastActivity: idleFor(100) })).toBe('active (within-limits)');
  });

  test.each([
    ['cancelled', 7, 'terminate (subscription-cancelled)'],
    ['suspended', 3, 'archive (subscription-suspended)'],
  ] as const)('do not change the grace of a %s subscription', (subscriptionStatus, days, expected) => {
    const changes = { subscriptionStatus, retentionDays: 1000 };
    expect(decide({ ...changes, lastActivity: idleFor(days) })).toBe('active (within-limits)');
    expect(decide({ ...changes, lastActivity: idleFor(days, 1) })).toBe(expected);
  });
});

describe('a cancelled workspace with retentionDays 2', () => {
  const lastActivity = NOW;
  const row = rowWith({ subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity });
  const archivedAt = NOW + 2 * DAY_SECONDS + 1;
  const terminatedAt = NOW + 7 * DAY_SECONDS + 1;

  test.each([
    ['when it is used', NOW, { at: archivedAt, action: 'archive' }],
    ['one second before it is archived', archivedAt - 1, { at: archivedAt, action: 'archive' }],
    ['when it is archived', archivedAt, { at: terminatedAt, action: 'terminate' }],
    ['one second before it is terminated', terminatedAt - 1, { at: terminatedAt, action: 'terminate' }],
    ['when it is terminated', terminatedAt, null],
  ])('%s, what comes next', (_, now, expected) => {
    const next = nextChange(row, okPolicy, now);
    expect(next && { at: next.at, action: next.verdict.action }).toEqual(expected);
  });

  test('the first rule wins where both hold', () => {
    expect(decideAction(row, okPolicy, terminatedAt).rule).toBe('subscription-cancelled');
  });
});

test('a suspended workspace that is archived twice over has only one change ahead', () => {
  const row = rowWith({ subscriptionStatus: 'suspended', lastActivity: NOW });
  expect(nextChange(row, okPolicy, NOW)?.at).toBe(NOW + 3 * DAY_SECONDS + 1);
  expect(nextChange(row, okPolicy, NOW + 3 * DAY_SECONDS + 1)).toBeNull();
});

describe('a hold', () => {
  const due = { subscriptionStatus: 'cancelled', lastActivity: idleFor(365) } as const;

  test('without an end keeps the workspace for ever', () => {
    const row = rowWith({ ...due, hold: {} });
    expect(decideAction(row, okPolicy, NOW)).toMatchObject({ action: 'active', rule: 'held' });
    expect(nextChange(row, okPolicy, NOW)).toBeNull();
  });

  test.each([
    ['one second before its end', -1, 'active (held)'],
    ['at its end', 0, 'terminate (subscription-cancelled)'],
    ['one second after its end', 1, 'terminate (subscription-cancelled)'],
  ])('%s', (_, offset, expected) => {
    expect(decide({ ...due, hold: { until: NOW - offset } })).toBe(expected);
  });

  test('with an end is what the workspace waits for', () => {
    const row = rowWith({ ...due, hold: { until: NOW + 100 } });
    expect(nextChange(row, okPolicy, NOW)).toMatchObject({
      at: NOW + 100,
      verdict: { action: 'terminate', rule: 'subscription-cancelled' },
    });
  });

  test('that ends before anything is due changes nothing then', () => {
    const row = rowWith({ lastActivity: NOW, hold: { until: NOW + 100 } });
    expect(nextChange(row, okPolicy, NOW)?.at).toBe(NOW + 7 * DAY_SECONDS + 1);
  });

  test('in part of a second has not ended', () => {
    expect(isHeld(rowWith({ hold: { until: NOW } }), NOW - 0.001)).toBe(true);
    expect(isHeld(rowWith({ hold: { until: NOW } }), NOW)).toBe(false);
    expect(isHeld(rowWith(), NOW)).toBe(false);
  });
});

test('an activity in the future counts as now', () => {
  expect(decideAction(rowWith({ lastActivity: NOW + 300 }), okPolicy, NOW)).toEqual({
    action: 'active',
    rule: 'within-limits',
    idleSeconds: 0,
    since: NOW + 300,
  });
});

test('turning points are those ahead only, ascending', () => {
  const row = rowWith({
    subscriptionStatus: 'cancelled',
    retentionDays: 9,
    lastActivity: idleFor(7),
    hold: { until: NOW + 5 },
  });
  expect(turningPoints(row, okPolicy, NOW)).toEqual([NOW + 1, NOW + 5, NOW + 2 * DAY_SECONDS + 1]);
  expect(turningPoints(row, okPolicy, NOW + 1)).toEqual([NOW + 5, NOW + 2 * DAY_SECONDS + 1]);
});

describe('unsaved work', () => {
  const extra: Policy = { ...okPolicy, unsavedWorkExtraDays: 3 };
  const work = { changes: 1, commits: 0 };
  const decideWith = (changes: Partial<WorkspaceRow>, policy = extra) => {
    const { action, rule } = decideAction(rowWith(changes), policy, NOW);
    return `${action} (${rule})`;
  };

  test.each<[string, number, number, Partial<WorkspaceRow>, string]>([
    ['postpones an archive, at its last second', 10, 0, { unsavedWork: work }, 'active (within-limits)'],
    ['and no longer', 10, 1, { unsavedWork: work }, 'archive (retention-free)'],
    [
      'of commits that are nowhere else too',
      10,
      0,
      { unsavedWork: { changes: 0, commits: 1 } },
      'active (within-limits)',
    ],
    [
      'of nothing postpones nothing',
      7,
      1,
      { unsavedWork: { changes: 0, commits: 0 } },
      'archive (retention-free)',
    ],
    ['that nobody has told of postpones nothing', 7, 1, {}, 'archive (retention-free)'],
    [
      'never postpones a termination',
      7,
      1,
      { unsavedWork: work, subscriptionStatus: 'cancelled' },
      'terminate (subscription-cancelled)',
    ],
    [
      'postpones the archive of who is suspended',
      6,
      0,
      { unsavedWork: work, subscriptionStatus: 'suspended' },
      'active (within-limits)',
    ],
  ])('%s', (_, days, offset, changes, expected) => {
    expect(decideWith({ lastActivity: idleFor(days, offset), ...changes })).toBe(expected);
  });

  test('postpones nothing unless it is set', () => {
    expect(decideWith({ lastActivity: idleFor(7, 1), unsavedWork: work }, okPolicy)).toBe(
      'archive (retention-free)',
    );
  });
});
