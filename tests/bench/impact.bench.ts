import { isDeepStrictEqual } from 'node:util';
import type { Policy } from '../../src/core/policy.ts';
import { noCounts } from '../../src/operator/impact/impact-report.ts';
import { ImpactTally } from '../../src/operator/impact/impact-tally.ts';
import { type BruteForceWorkspace, deedsByTable } from '../support/brute-force-impact.ts';
import { NOW, okPolicy } from '../support/rows.ts';
import { seededRandom } from '../support/seeded-random.ts';

const DAY = 86_400;
const DAYS = 30;
const NEXT: Policy = {
  ...okPolicy,
  retentionDays: { free: 5, pro: 20, enterprise: 120 },
  suspendedGraceDays: 2,
};

/** The impact on a fleet of so many, beside a count by the table, with how long both take. Throws where they differ. */
export function benchImpact(rows: number): Record<string, unknown> {
  const fleet = Array.from({ length: rows }, (_, index) => member(index, seededRandom(index + 1)));
  const tally = new ImpactTally({
    now: NOW,
    days: DAYS,
    today: okPolicy,
    next: NEXT,
    control: { clients: {}, budgets: {}, former: [], revision: 0 },
    safety: {
      enforcement: 'enforce',
      budgets: { archive: 500, terminate: 100 },
      percentPerClient: 25,
      pauseAtPutOff: { archive: 2_000, terminate: 400 },
    },
    mostListed: 20,
  });
  let begin = performance.now();
  for (const row of fleet) tally.add(row);
  const report = tally.report();
  const impactSeconds = (performance.now() - begin) / 1000;
  begin = performance.now();
  const counted = {
    total: { today: count(fleet, okPolicy), next: count(fleet, NEXT) },
    overdue: countOverdue(fleet),
  };
  const bruteSeconds = (performance.now() - begin) / 1000;
  const { withNotice: _, ...overdue } = report.overdue;
  const agrees = isDeepStrictEqual({ total: report.total, overdue }, counted);
  if (!agrees)
    throw new Error(
      `impact says ${JSON.stringify(report.total)}, the table ${JSON.stringify(counted.total)}`,
    );
  return {
    rows,
    agrees,
    ...counted,
    impactSeconds,
    rowsPerSecond: Math.round(rows / impactSeconds),
    bruteSeconds,
  };
}

function count(fleet: readonly BruteForceWorkspace[], policy: Policy) {
  const counts = noCounts();
  for (const row of fleet)
    for (const { what, second } of deedsByTable(row, policy, NOW))
      if (second < NOW + DAYS * DAY) counts[what] += 1;
  return counts;
}

function countOverdue(fleet: readonly BruteForceWorkspace[]) {
  const counts = noCounts();
  for (const row of fleet)
    for (const { what, second } of deedsByTable(row, NEXT, NOW)) if (second === NOW) counts[what] += 1;
  return counts;
}

function member(index: number, random: () => number) {
  const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T;
  const lifecycle = pick(['active', 'active', 'active', 'archived', 'terminated'] as const);
  return {
    clientId: `client-${index % 500}`,
    userId: `user-${index}`,
    subscriptionStatus: pick(['active', 'active', 'suspended', 'cancelled'] as const),
    subscriptionTier: pick(['free', 'pro', 'enterprise'] as const),
    containerStatus: 'idle',
    lastActivity: NOW - Math.floor(random() * 150 * DAY),
    lifecycle,
    ...(random() < 0.1 && { retentionDays: 1 + Math.floor(random() * 60) }),
    ...(random() < 0.05 && { hold: { until: NOW + Math.floor(random() * 40 * DAY) } }),
    ...(random() < 0.05 && { extension: { until: NOW + Math.floor(random() * 40 * DAY) } }),
  };
}
