import { parseControl } from '../../../../src/core/control.ts';
import type { Policy } from '../../../../src/core/policy.ts';
import type { WorkspaceRow } from '../../../../src/core/workspace-row.ts';
import { explainWorkspace } from '../../../../src/operator/console/explain-workspace.ts';
import { duration } from '../../../../src/operator/console/say-time.ts';
import { OK_SAFETY } from '../../../support/memory/ok-values.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../../support/rows.ts';

const DAY = 86_400;
const policy: Policy = { ...okPolicy, notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY } };

function explain(change: Partial<WorkspaceRow>, settings: Record<string, unknown> = {}) {
  const parsed = parseControl({ enforcement: 'enforce', ...settings });
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  return explainWorkspace(rowWith(change), policy, NOW, { control: parsed.control, safety: OK_SAFETY });
}

test('all rules are tried in order, with their values, and the one that decides is named', () => {
  const { rules } = explain({
    subscriptionStatus: 'suspended',
    subscriptionTier: 'pro',
    lastActivity: idleFor(4),
  });
  expect(rules.map(({ rule, outcome, why }) => [rule, outcome, why])).toEqual([
    ['subscription-cancelled', 'not-applicable', 'the subscription is suspended'],
    ['subscription-suspended', 'decides', ''],
    ['retention-free', 'not-applicable', 'the tier is pro'],
    ['retention-pro', 'waits', ''],
    ['retention-enterprise', 'not-applicable', 'the tier is pro'],
  ]);
  expect(rules[1]).toMatchObject({
    idleSeconds: 4 * DAY,
    idleLimitSeconds: 3 * DAY,
    holdsFrom: idleFor(4) + 3 * DAY + 1,
  });
});

test.each<[string, Partial<WorkspaceRow>, string]>([
  [
    'free, used a day ago',
    { lastActivity: idleFor(1) },
    'It will be archived in 6 d, at 2027-01-21 08:00:01 UTC: then it is free and idle for more than 7 d.',
  ],
  [
    'with a limit of its own',
    { lastActivity: idleFor(1), retentionDays: 2 },
    'then it is free and idle for more than 2 d (its own limit).',
  ],
  ['due', { lastActivity: idleFor(8) }, 'It is due to be archived since'],
  [
    'cancelled',
    { subscriptionStatus: 'cancelled', lastActivity: idleFor(1) },
    'It will be terminated in 6 d',
  ],
  ['held', { lastActivity: idleFor(9), hold: { reason: 'legal' } }, 'It is held until somebody releases it'],
  ['archived', { lifecycle: 'archived', lastActivity: idleFor(9) }, 'It is archived: its files are kept'],
  [
    'archived, held for an hour, and used since',
    { lifecycle: 'archived', lastActivity: idleFor(1), hold: { until: NOW + 3_600 } },
    'It is held until 2027-01-15 09:00:00 UTC: nothing is done to it before. Then it is given back in 1 h.',
  ],
  [
    'archived, and held for an hour',
    { lifecycle: 'archived', lastActivity: idleFor(9), hold: { until: NOW + 3_600 } },
    'It is held until 2027-01-15 09:00:00 UTC: nothing is done to it before.',
  ],
  [
    'archived, and used since',
    { lifecycle: 'archived', lastActivity: idleFor(1) },
    'It is archived, and due to be given back.',
  ],
  ['terminated', { lifecycle: 'terminated', lastActivity: idleFor(9) }, 'It is terminated'],
  ['under way', { lifecycle: 'archiving', lastActivity: idleFor(9) }, 'It is archiving right now.'],
])('the headline of one that is %s', (_, change, expected) => {
  expect(explain(change).headline).toContain(expected);
});

test.each<[string, Partial<WorkspaceRow>, Record<string, unknown>, string]>([
  ['it was used', { lastActivity: idleFor(1) }, {}, 'It was used 1 d ago, which is within its limits.'],
  [
    'it is held',
    { lastActivity: idleFor(9), hold: { reason: 'legal case', by: 'ops' } },
    {},
    'It is held until it is released by ops: legal case.',
  ],
  [
    'it is extended',
    { lastActivity: idleFor(9), extension: { until: NOW + DAY } },
    {},
    'Its deadline was moved to',
  ],
  [
    'its client is observed',
    { lastActivity: idleFor(1) },
    { clients: { acme: 'observe' } },
    'Its client is only observed',
  ],
  ['it is off', { lastActivity: idleFor(1) }, { enforcement: 'off' }, 'The cleanup is off for its client'],
  [
    'it is paused',
    { lastActivity: idleFor(1) },
    { pause: { at: NOW, by: 'ops', reason: 'x' } },
    'The cleanup is paused by ops',
  ],
  [
    'the budget is used up',
    {
      lastActivity: idleFor(8),
      heldBack: {
        matter: 'archive',
        deadline: idleFor(1) + 1,
        reason: 'budget',
        since: NOW,
        until: NOW + 3_600,
      },
    },
    {},
    'The budget of the hour was used up: its turn comes 2027-01-15 09:00:00 UTC, in 1 h.',
  ],
  [
    'its notice has to come first',
    { subscriptionStatus: 'cancelled', lastActivity: idleFor(20) },
    {},
    'Its notice has to go out first.',
  ],
  [
    'its notice is running',
    {
      subscriptionStatus: 'cancelled',
      lastActivity: idleFor(8),
      notices: { terminate: { deadline: idleFor(1) + 1, at: NOW - 3_600 } },
    },
    {},
    'Its notice is running: nothing is taken away before 2027-01-16 07:00:00 UTC.',
  ],
])('it says why nothing has happened: %s', (_, change, settings, expected) => {
  expect(explain(change, settings).because.join('\n')).toContain(expected);
});

test('the notice is told, planned or given', () => {
  expect(explain({ lastActivity: idleFor(1) }).notice).toEqual({ kind: 'planned', at: NOW + 5 * DAY + 1 });
  const notices = { archive: { deadline: NOW + 3_601, at: NOW - 9 } };
  expect(explain({ lastActivity: idleFor(7, -3_600), notices }).notice).toEqual({
    kind: 'given',
    at: NOW - 9,
  });
});

test('what is due without a notice has none; one that goes out with it goes out now', () => {
  const requested = { action: 'archive', at: NOW - 5, by: 'ops', reason: 'left' } as const;
  expect(explain({ lastActivity: idleFor(1), requested }).notice).toBeUndefined();
  expect(explain({ lastActivity: idleFor(9) }).notice).toBeUndefined();
  expect(explain({ lastActivity: idleFor(9), subscriptionStatus: 'cancelled' }).notice).toEqual({
    kind: 'planned',
    at: NOW,
  });
});

test.each<[string, Partial<WorkspaceRow>, boolean, RegExp]>([
  ['archived', {}, true, /^Its user comes back \(or you resume it\)/],
  ['archived and held', { hold: {} }, false, /^A release, first of all: .*Its user comes back/],
  ['archived and suspended', { subscriptionStatus: 'suspended' }, false, /^A payment/],
  ['active', { lifecycle: 'active' }, false, /^Activity/],
])('a resume is offered only where it is not refused: %s', (_, changes, mayResume, words) => {
  const told = explain({ lifecycle: 'archived', lastActivity: idleFor(9), ...changes });
  expect(told.mayResume).toBe(mayResume);
  expect(told.movers.join(' ')).toMatch(words);
});

test('it says what would move it, and nothing of one that is gone', () => {
  expect(explain({}).movers.join(' ')).toMatch(/Activity.*Billing.*A hold.*An extension/);
  expect(explain({ hold: { reason: 'x' } }).movers.join(' ')).toContain('A release');
  expect(
    explain({ lifecycle: 'archived', subscriptionStatus: 'suspended', lastActivity: idleFor(5) }).movers[0],
  ).toContain('A payment');
  expect(explain({ lifecycle: 'terminated' }).movers).toEqual([]);
});

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [7 * DAY, '7 d'],
  [6 * DAY + 23 * 3_600 + 3_599, '6 d 23 h'],
  [-5, '0 s'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe('what an operator has asked for', () => {
  const requested = { action: 'archive', at: NOW, by: 'ops', reason: 'left the company' } as const;

  test('is what decides, and is said', () => {
    const { headline, rule, rules, because, movers } = explain({ lastActivity: idleFor(1), requested });
    expect(rule).toBe('operator-request');
    expect(headline).toContain('asked for by ops, left the company');
    expect(because).toContain('ops has asked to archive it: left the company.');
    expect(rules.filter(({ outcome }) => outcome === 'decides')).toEqual([]);
    expect(movers).toContain('A release takes back what has been asked for.');
  });

  test('is taken back by whoever uses it', () => {
    const { rule, because } = explain({ lastActivity: NOW, requested });
    expect(rule).not.toBe('operator-request');
    expect(because.join(' ')).not.toContain('has asked');
  });
});
