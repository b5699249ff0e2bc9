import fc from 'fast-check';
import { foresee } from '../../src/core/forecast.ts';
import { DAY_SECONDS, type Policy } from '../../src/core/policy.ts';
import type { WorkspaceRow } from '../../src/core/workspace-row.ts';
import { type Compared, noCounts, noneCompared } from '../../src/operator/impact/impact-report.ts';
import { ImpactTally } from '../../src/operator/impact/impact-tally.ts';
import { policies, restingRows, situations } from '../support/arbitraries.ts';
import { type BruteForceDeed, deedsByTable } from '../support/brute-force-impact.ts';
import { NOW } from '../support/rows.ts';

const DAYS = 10;
const SAFETY = {
  enforcement: 'enforce',
  budgets: { archive: 500, terminate: 100 },
  percentPerClient: 25,
  pauseAtPutOff: { archive: 2_000, terminate: 400 },
} as const;
const CONTROL = { clients: {}, budgets: {}, former: [], revision: 0 };

test('what is foreseen of a workspace is always what the table does to it, second by second', () => {
  fc.assert(
    fc.property(situations(restingRows), ({ row, policy, now }) => {
      const foreseen = foresee(row, policy, now).map(({ transition, rule, at }) => ({
        what: transition,
        rule,
        second: at,
      }));
      expect(foreseen).toEqual(deedsByTable(row, policy, now));
    }),
    { numRuns: 2_000 },
  );
});

/** A fleet with a few clients and some rows that no one understands. */
const fleets = fc.array(
  fc.tuple(restingRows, fc.constantFrom('acme', 'globex', 'hooli'), fc.integer({ min: 0, max: 19 })),
  { maxLength: 40 },
);

type Side = 'today' | 'next';

function emptyCount() {
  return {
    total: noneCompared(),
    byRule: {} as Record<string, Compared>,
    byTier: {} as Record<string, Compared>,
    byClient: {} as Record<string, Compared>,
    byDay: Array.from({ length: DAYS }, noneCompared),
    later: noneCompared(),
    overdue: noCounts(),
  };
}

function countByTable(fleet: readonly WorkspaceRow[], asked: Record<Side, Policy>) {
  const counts = emptyCount();
  for (const side of ['today', 'next'] as const) {
    for (const row of fleet) {
      for (const deed of deedsByTable(row, asked[side], NOW)) countDeed(counts, side, row, deed);
    }
  }
  return counts;
}

function countDeed(
  counts: ReturnType<typeof emptyCount>,
  side: Side,
  row: WorkspaceRow,
  { what, rule, second }: BruteForceDeed,
) {
  // All that is past due comes at once, and nothing else does.
  if (side === 'next' && second === NOW) counts.overdue[what] += 1;
  const day = Math.floor((second - NOW) / DAY_SECONDS);
  if (day >= DAYS) {
    counts.later[side][what] += 1;
    return;
  }
  counts.byRule[rule] ??= noneCompared();
  counts.byTier[row.subscriptionTier] ??= noneCompared();
  counts.byClient[row.clientId] ??= noneCompared();
  for (const entry of [
    counts.total,
    counts.byRule[rule],
    counts.byTier[row.subscriptionTier],
    counts.byClient[row.clientId],
    counts.byDay[day],
  ]) {
    if (entry) entry[side][what] += 1;
  }
}

test('the impact on a fleet always agrees with a count by the table', () => {
  fc.assert(
    fc.property(fleets, policies, policies, (members, today, next) => {
      const question = { now: NOW, days: DAYS, today, next, control: CONTROL, safety: SAFETY, mostListed: 5 };
      const tally = new ImpactTally(question);
      const valid: WorkspaceRow[] = [];
      let invalid = 0;
      for (const [index, [row, clientId, oddity]] of members.entries()) {
        const member = {
          ...row,
          clientId,
          userId: `user-${index}`,
          lastActivity: Math.min(row.lastActivity, NOW),
        };
        if (oddity === 0) {
          invalid += 1;
          tally.add({ ...member, lastActivity: member.lastActivity * 1_000 });
        } else {
          valid.push(member);
          tally.add(member);
        }
      }
      const report = tally.report();
      const expected = countByTable(valid, { today, next });
      expect(report).toMatchObject({
        workspaces: members.length,
        invalid: { total: invalid },
        total: expected.total,
        byRule: expected.byRule,
        byTier: expected.byTier,
        later: expected.later,
        overdue: expected.overdue,
      });
      const { listed } = report.byClient;
      expect(Object.fromEntries(listed.map(({ clientId, ...counts }) => [clientId, counts]))).toEqual(
        expected.byClient,
      );
      expect(report.byDay.map(({ today: is, next: will }) => ({ today: is, next: will }))).toEqual(
        expected.byDay,
      );
      const { archive, terminate, restore } = expected.overdue;
      expect(report.overdueListed).toHaveLength(Math.min(5, archive + terminate + restore));
    }),
    { numRuns: 200 },
  );
});
