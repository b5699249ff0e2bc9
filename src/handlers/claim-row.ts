import { entryOf, type Happening, inputsOf, whoBy } from '../core/history.ts';
import { type Act, TRANSITIONS } from '../core/lifecycle.ts';
import type { Policy } from '../core/policy.ts';
import type { Claim, WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, Observer, Timers, Workspaces } from '../ports.ts';
import type { ClaimedRow } from './converge.ts';

export interface ClaimPorts {
  workspaces: Pick<Workspaces, 'claim'>;
  timers: Timers;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/**
 * How long a claim is good for, in seconds. Longer than the function may run (390 s in serverless.yml), so that a
 * claim whose lease has ended belongs to nobody who is still at work.
 */
export const LEASE_SECONDS = 420;

/**
 * The wake-up for the end of the lease is armed before the claim is written: from then on a crash at any point is
 * picked up by itself. If the claim is then lost, that wake-up finds nothing to do. Returns the row as it is then.
 */
export async function claimRow(
  plan: Act,
  row: WorkspaceRow,
  policy: Policy,
  owner: string,
  { workspaces, timers, clock, observer }: ClaimPorts,
): Promise<ClaimedRow | undefined> {
  const now = clock.now();
  const { transition, verdict, due } = plan;
  const claim: Claim = {
    owner,
    until: Math.ceil(now) + LEASE_SECONDS,
    action: transition,
    step: plan.from,
    origin: row.claim?.origin ?? (row.lifecycle === 'archived' ? 'archived' : 'active'),
    rule: verdict.rule,
    since: due,
    decidedAt: Math.floor(now),
  };
  const { during } = TRANSITIONS[transition];
  const happening: Happening = {
    what: during as Happening['what'],
    ...(plan.who ?? whoBy(row, verdict.rule)),
    lifecycle: during,
    rule: verdict.rule,
    inputs: inputsOf(row, verdict, policy),
    // What is given back has no deadline.
    ...(transition !== 'restore' && { deadline: verdict.since, due }),
  };
  const entry = entryOf(row, happening, now);
  await timers.arm(row, claim.until);
  observer.count('Armed');
  if (await workspaces.claim(row, claim, during, entry)) {
    const { sequence, at } = entry;
    return {
      ...row,
      lifecycle: during,
      claim,
      history: { sequence, at },
      armedFor: claim.until,
      heldBack: undefined,
    };
  }
  observer.count('ClaimLost');
  observer.info('the row changed before it could be claimed, deciding again', describe(row, plan));
  return undefined;
}

function describe({ clientId, userId }: WorkspaceRow, { transition, verdict }: Act) {
  return { clientId, userId, transition, rule: verdict.rule, idleSeconds: verdict.idleSeconds };
}
