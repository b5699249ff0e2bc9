import { foresee } from '../../../../src/core/forecast.ts';
import { DAY_SECONDS as DAY, HOUR_SECONDS as HOUR, type Policy } from '../../../../src/core/policy.ts';
import { numbersOf } from '../../../../src/core/policy-numbers.ts';
import { type ImpactQuestion, ImpactTally } from '../../../../src/operator/impact/impact-tally.ts';
import { impactText } from '../../../../src/operator/impact/impact-text.ts';

import { reasonOf } from '../../../../src/operator/impact/reason-of.ts';
import { claimWith, idleFor, NOW, okPolicy, okSeed, rowWith } from '../../../support/rows.ts';

const today: Policy = { ...okPolicy, notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY } };
const { notice: _, ...limits } = today;
const next: Policy = {
  ...today,
  retentionDays: { free: 5, pro: 10, enterprise: 90 },
  former: [{ ...limits, until: NOW }],
};

test('whoever had longer until now has the usual notice first; who had not is archived at once', () => {
  const pro = rowWith({ subscriptionTier: 'pro', lastActivity: idleFor(12) });
  expect(foresee(pro, next, NOW)).toEqual([
    expect.objectContaining({
      transition: 'archive',
      deadline: idleFor(2) + 1,
      noticeAt: NOW,
      at: NOW + DAY,
    }),
  ]);
  expect(foresee(pro, { ...next, former: [] }, NOW)[0]).toMatchObject({ at: NOW, noticeAt: undefined });
});

test('a terminated one is told first, and archived before where that comes earlier', () => {
  const row = rowWith({ subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: idleFor(1) });
  expect(foresee(row, today, NOW).map(({ transition, at }) => [transition, at - NOW])).toEqual([
    ['archive', DAY + 1],
    ['terminate', 6 * DAY + 1],
  ]);
  const idle = rowWith({ subscriptionStatus: 'cancelled', lastActivity: idleFor(30), lifecycle: 'archived' });
  expect(foresee(idle, today, NOW)).toEqual([
    expect.objectContaining({ transition: 'terminate', noticeAt: NOW, at: NOW + DAY }),
  ]);
});

test('what is under way is told apart, and what is held back for its turn waits for it', () => {
  const row = rowWith({ lifecycle: 'archiving', lastActivity: idleFor(9), claim: claimWith() });
  expect(foresee(row, today, NOW)).toEqual([
    expect.objectContaining({ transition: 'archive', at: NOW + 300, isUnderWay: true }),
  ]);
  const deadline = idleFor(2) + 1;
  const heldBack = {
    matter: 'archive',
    deadline,
    reason: 'budget',
    since: NOW - 9,
    until: NOW + HOUR,
  } as const;
  const waits = rowWith({ lastActivity: idleFor(9), heldBack });
  expect(foresee(waits, today, NOW)[0]).toMatchObject({ at: NOW + HOUR });
  const observed = { ...heldBack, reason: 'observe' as const, until: undefined };
  expect(foresee(rowWith({ lastActivity: idleFor(9), heldBack: observed }), today, NOW)[0]).toMatchObject({
    at: NOW,
  });
});

function tallyOf(rows: unknown[], change: Partial<ImpactQuestion> = {}) {
  const tally = new ImpactTally({
    now: NOW,
    days: 30,
    today,
    next,
    control: { clients: {}, budgets: {}, former: [], revision: 0 },
    safety: {
      enforcement: 'enforce',
      budgets: { archive: 2, terminate: 1 },
      percentPerClient: 100,
      pauseAtPutOff: { archive: 2, terminate: 1 },
    },
    mostListed: 2,
    ...change,
  });
  for (const row of rows) tally.add(row);
  return tally.report();
}

const idlers = Array.from({ length: 6 }, (_, index) => ({
  ...okSeed,
  userId: `user-${index}`,
  lastActivity: idleFor(6),
}));

test('the busiest hour is held against the budget and the pause, and said to a person', () => {
  const report = tallyOf([...idlers, { ...okSeed, lastActivity: 'x' }, { ...okSeed, lastActivity: 'y' }]);
  expect(report.busiestHour).toEqual({
    archive: { from: NOW + DAY, count: 6, perHour: 2, pausesAbove: 2, pauses: true },
    terminate: null,
  });
  expect(report.overdue).toEqual({ archive: 6, terminate: 0, restore: 0, withNotice: 6 });
  expect(report.overdueListed).toHaveLength(2);
  expect(report.first).toEqual({ earlier: 6, later: 0, same: 0 });
  const text = impactText(report, { today: numbersOf(today), next: numbersOf(next) }).join('\n');
  expect(text).toContain('invalid: 2  lastActivity: expected whole epoch seconds');
  expect(text).toContain('6 are to be archived, and the budget lets 2 through an hour');
  expect(text).toContain('at which the cleanup pauses itself');
  expect(text).toContain('and 4 more');
  expect(text).toContain('Nothing was changed.');
});

test('what is decided for clients that are only observed is counted as not done', () => {
  const control = { clients: { acme: 'observe' as const }, budgets: {}, former: [], revision: 0 };
  expect(tallyOf(idlers, { control }).notPermitted).toEqual({
    observe: { archive: 6, terminate: 0, restore: 0 },
  });
  const pause = { at: NOW, by: 'ops', reason: 'a look' };
  const paused = { clients: {}, budgets: {}, former: [], revision: 0, pause };
  expect(tallyOf(idlers, { control: paused }).notPermitted).toMatchObject({ paused: { archive: 6 } });
});

test('what lies behind the days is none of what is not done as things are set', () => {
  const control = { clients: { acme: 'observe' as const }, budgets: {}, former: [], revision: 0 };
  const report = tallyOf(idlers, { control, days: 1 });
  expect(report.later.next.archive).toBe(6);
  expect(report.notPermitted).toEqual({});
  const text = impactText(report, { today: numbersOf(today), next: numbersOf(next) }).join('\n');
  expect(text).toContain('Within 1 day, if nobody');
});

test('the client that another policy changes most comes first, however many a large one has', () => {
  const large = Array.from({ length: 5 }, (_, index) => ({
    ...okSeed,
    clientId: 'large',
    userId: `user-${index}`,
    subscriptionTier: 'enterprise',
    lastActivity: idleFor(89),
  }));
  const small = { ...okSeed, clientId: 'small', lastActivity: idleFor(6) };
  const sooner = { ...next, retentionDays: { ...next.retentionDays, free: 5 } };
  const report = tallyOf([...large, small], {
    days: 3,
    today: { ...today, retentionDays: { ...today.retentionDays, free: 60 } },
    next: sooner,
  });
  expect(report.byClient.listed.map(({ clientId }) => clientId)).toEqual(['small', 'large']);
});

test.each([
  ['lastActivity is "x", expected whole epoch seconds', 'lastActivity: expected whole epoch seconds'],
  [
    'lastActivity is 1767225600000, expected at most 1800000300: it lies in the future',
    'lastActivity: expected at most …: it lies in the future',
  ],
  [
    'clientId and userId make the path /workspace/a/b, expected at most 100 characters',
    'clientId and userId make the path /workspace/a/b, expected at most 100 characters',
  ],
])('%s is counted as %s', (problem, reason) => expect(reasonOf(problem)).toBe(reason));
