import fc from 'fast-check';
import { BadInputError } from '../../src/core/errors.ts';
import { foresee } from '../../src/core/forecast.ts';
import { planLifecycle } from '../../src/core/lifecycle.ts';
import { dueOfRequest, refuseRequest, requestedBy, requestKept } from '../../src/core/operator-request.ts';
import { decideAction } from '../../src/core/policy.ts';
import type { Loss, WorkspaceRow } from '../../src/core/workspace-row.ts';
import { policies, restingRows, timesAround } from '../support/arbitraries.ts';
import { candidateSeconds } from '../support/brute-force-policy.ts';

const RUNS = 2_000;
const losses = fc.constantFrom<Loss>('archive', 'terminate');

/** Each row with its policy and a second after its last activity. */
const cases = fc
  .tuple(restingRows, policies)
  .chain(([row, policy]) => fc.tuple(fc.constant(row), fc.constant(policy), timesAround(row, policy)))
  .filter(([row, , now]) => now >= row.lastActivity);

function isRefused(refuse: () => void): boolean {
  try {
    refuse();
    return false;
  } catch (error) {
    if (error instanceof BadInputError) return true;
    throw error;
  }
}

test('what is not refused brings something forward, and takes the place of nothing that is pending', () => {
  let accepted = 0;
  fc.assert(
    fc.property(cases, losses, ([row, policy, now], action) => {
      const requested = requestedBy({ action, by: 'ops', reason: 'x' }, row, now);
      if (isRefused(() => refuseRequest(row, requested, policy, now))) return;
      accepted += 1;
      const verdict = decideAction({ ...row, requested }, policy, requested.at);
      expect(verdict).toMatchObject({ action, rule: 'operator-request' });
      const byRules = foresee(row, policy, now).find(({ transition }) => transition === action);
      const due = dueOfRequest(row, requested, policy, now);
      expect(due).toBeLessThan(byRules?.at ?? Number.POSITIVE_INFINITY);
      const before = row.requested;
      const isPending = before !== undefined && row.lastActivity < before.at;
      if (isPending) expect([before.action, row.lifecycle]).toEqual(['archive', 'archived']);
    }),
    { numRuns: RUNS },
  );
  expect(accepted).toBeGreaterThan(RUNS / 10);
});

test('what is archived by a request is given back by no hold or extension, as long as nobody uses it', () => {
  let counted = 0;
  fc.assert(
    fc.property(cases, losses, fc.boolean(), ([given, policy, now], last, isHold) => {
      const first = requestedBy({ action: 'archive', by: 'ops', reason: 'x' }, given, now);
      const archived: WorkspaceRow = { ...given, lifecycle: 'archived', requested: first };
      const requested =
        last === 'archive' ? first : requestedBy({ action: last, by: 'ops', reason: 'y' }, archived, now);
      const until = first.at + 86_400;
      const keeping = isHold ? { hold: { until } } : { extension: { until } };
      const kept: WorkspaceRow = {
        ...archived,
        requested: requestKept({ ...archived, requested }),
        ...keeping,
      };
      for (const second of candidateSeconds(kept, policy).filter((at) => at >= first.at)) {
        const plan = planLifecycle(kept, policy, second);
        expect(plan).not.toMatchObject({ transition: 'restore' });
        counted += 1;
      }
    }),
    { numRuns: RUNS },
  );
  expect(counted).toBeGreaterThan(RUNS);
});
