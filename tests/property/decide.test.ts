import fc from 'fast-check';
import type { Policy } from '../../src/core/policy.ts';
import type { WorkspaceRow } from '../../src/core/workspace-row.ts';
import { decideRow } from '../../src/operator/decide.ts';
import { policies, restingRows } from '../support/arbitraries.ts';
import { type BruteForceDecision, decisionsByTable } from '../support/brute-force-policy.ts';

const ROWS = 100_000;

function byTable({ clientId, userId, lifecycle }: WorkspaceRow, decision: BruteForceDecision): string {
  const next = lifecycle === 'terminated' ? null : decision.next;
  const { action, rule } = decision;
  return [clientId, userId, action, rule, next?.at ?? null, next?.action ?? null].join(' ');
}

function byDecide(row: WorkspaceRow, policy: Policy, second: number): string {
  const decided = decideRow(row, policy, second);
  if (decided.kind === 'bad') return decided.error;
  const { clientId, userId, action, rule, nextAt, nextAction } = decided.decision;
  return [clientId, userId, action, rule, nextAt, nextAction].join(' ');
}

/** The decisions one second before, at and after every second at which another rule begins to hold. */
function aroundBoundaries(decisions: BruteForceDecision[]): BruteForceDecision[] {
  const begins = (index: number) =>
    index > 0 && index < decisions.length && decisions[index]?.rule !== decisions[index - 1]?.rule;
  return decisions.filter((_, index) => begins(index + 1) || begins(index) || begins(index - 1));
}

test('one second before, at and after every boundary, decide always says what the table says, for 100,000 rows', () => {
  const met = new Set<string>();
  let asked = 0;
  fc.assert(
    fc.property(restingRows, policies, fc.nat(), (row, policy, pick) => {
      const decisions = decisionsByTable(row, policy);
      const anywhere = decisions.slice(pick % decisions.length).slice(0, 1);
      for (const decision of [...aroundBoundaries(decisions), ...anywhere]) {
        // Before it was used the row is not one yet: its activity would lie in the future.
        if (decision.second < row.lastActivity) continue;
        const expected = byTable(row, decision);
        const received = byDecide(row, policy, decision.second);
        // Called for differences only: a million calls of `expect` take longer than all the rest.
        if (received !== expected) expect([decision.second, received]).toEqual([decision.second, expected]);
        met.add(decision.rule);
        asked += 1;
      }
    }),
    { numRuns: ROWS },
  );
  expect(asked).toBeGreaterThan(3 * ROWS);
  expect([...met].sort()).toEqual([
    'extended',
    'held',
    'operator-request',
    'retention-enterprise',
    'retention-free',
    'retention-pro',
    'subscription-cancelled',
    'subscription-suspended',
    'within-limits',
  ]);
}, 120_000);
