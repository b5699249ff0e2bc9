import fc from 'fast-check';
import { foresee } from '../../../../src/core/forecast.ts';
import { planLifecycle } from '../../../../src/core/lifecycle.ts';
import type { Policy } from '../../../../src/core/policy.ts';
import type { WorkspaceRow } from '../../../../src/core/workspace-row.ts';
import { nextLoss } from '../../../../src/operator/console/next-loss.ts';
import { restingRows, situations } from '../../../support/arbitraries.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../../support/rows.ts';

const DAY = 86_400;
const noticing: Policy = {
  ...okPolicy,
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};

test('without notices: at its second the plan is always that very loss, and never before', () => {
  fc.assert(
    fc.property(situations(restingRows), ({ row, policy, now }) => {
      const next = nextLoss(row, policy, now);
      if (next === undefined) return;
      const at = Math.max(next.at, now);
      expect(planLifecycle(row, policy, at)).toMatchObject({ kind: 'act', transition: next.loss });
      if (next.at > now)
        expect(planLifecycle(row, policy, next.at - 1)).not.toMatchObject({ transition: next.loss });
    }),
    { numRuns: 2_000 },
  );
});

test('with or without notices: it is what is foreseen first, unless that gives something back', () => {
  fc.assert(
    fc.property(situations(restingRows), fc.boolean(), ({ row, policy, now }, isNoticing) => {
      const rules = isNoticing ? { ...policy, notice: noticing.notice } : policy;
      const [first] = foresee(row, rules, now);
      if (first?.transition === 'restore') return;
      const next = nextLoss(row, rules, now);
      expect(next && { loss: next.loss, at: Math.max(next.at, now) }).toEqual(
        first && { loss: first.transition, at: first.at },
      );
    }),
    { numRuns: 2_000 },
  );
});

/** Gives notice at the second at which it is called for, as the deadline handler does. */
function lossMadeBy(
  row: WorkspaceRow,
  policy: Policy,
  now: number,
): { loss: string; at: number } | undefined {
  let current = row;
  for (let at = now; at < now + 130 * DAY; at += 1_800) {
    const plan = planLifecycle(current, policy, at);
    if (plan.kind === 'notify')
      current = {
        ...current,
        notices: { ...current.notices, [plan.loss]: { deadline: plan.deadline, at: Math.ceil(at) } },
      };
    if (plan.kind === 'act' && plan.transition !== 'restore') return { loss: plan.transition, at };
  }
  return undefined;
}

test.each<[string, Partial<WorkspaceRow>]>([
  ['free, just used', { lastActivity: NOW }],
  ['free, long due', { lastActivity: idleFor(30) }],
  ['pro, notice is running', { subscriptionTier: 'pro', lastActivity: idleFor(29, 3_600) }],
  ['cancelled when already idle for weeks', { subscriptionStatus: 'cancelled', lastActivity: idleFor(20) }],
  [
    'cancelled with a limit of its own',
    { subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: NOW },
  ],
  ['held for a while', { lastActivity: idleFor(6), hold: { until: NOW + 20 * DAY } }],
  ['extended', { lastActivity: idleFor(6), extension: { until: NOW + 9 * DAY } }],
  [
    'archived and cancelled',
    { lifecycle: 'archived', subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: idleFor(3) },
  ],
])('with notices: %s is said to lose what it then loses', (_, change) => {
  const row = rowWith(change);
  const next = nextLoss(row, noticing, NOW);
  const made = lossMadeBy(row, noticing, NOW);
  expect(made?.loss).toBe(next?.loss);
  expect(Math.abs((made?.at ?? 0) - Math.max(next?.at ?? 0, NOW))).toBeLessThanOrEqual(1_800);
});

test.each<[string, Partial<WorkspaceRow>]>([
  ['held without end', { lastActivity: idleFor(30), hold: { reason: 'legal' } }],
  ['archived, and its client pays', { lifecycle: 'archived', lastActivity: idleFor(30) }],
  ['terminated', { lifecycle: 'terminated', subscriptionStatus: 'cancelled', lastActivity: idleFor(30) }],
])('nothing lies ahead of one that is %s', (_, change) => {
  expect(nextLoss(rowWith(change), noticing, NOW)).toBeUndefined();
});

test('kept back in the budget it waits for its turn; kept back otherwise, for a person', () => {
  const row = rowWith({ lastActivity: idleFor(8) });
  const about = { matter: 'archive', deadline: idleFor(1) + 1, since: NOW - 60 } as const;
  const budget = { ...row, heldBack: { ...about, reason: 'budget' as const, until: NOW + 3_600 } };
  expect(nextLoss(budget, noticing, NOW)).toEqual({ loss: 'archive', at: NOW + 3_600 });
  const observed = { ...row, heldBack: { ...about, reason: 'observe' as const } };
  expect(nextLoss(observed, noticing, NOW)).toBeUndefined();
  // What was kept back was for another deadline.
  const earlier = { ...row, heldBack: { ...about, deadline: NOW - 1, reason: 'observe' as const } };
  expect(nextLoss(earlier, noticing, NOW)).toMatchObject({ loss: 'archive' });
});

test('while its notice is running it is lost when that has run', () => {
  const notices = { terminate: { deadline: idleFor(1) + 1, at: NOW - 3_600 } };
  const row = rowWith({ subscriptionStatus: 'cancelled', lastActivity: idleFor(8), notices });
  expect(nextLoss(row, noticing, NOW)).toEqual({ loss: 'terminate', at: NOW - 3_600 + DAY });
});
