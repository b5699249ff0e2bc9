import { entryOf, type Happening, inputsOf, whoBy } from '../core/history.ts';
import type { Notify } from '../core/lifecycle.ts';
import { dueAfterNotice } from '../core/notice.ts';
import type { Policy } from '../core/policy.ts';
import type { WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, Observer, Workspaces } from '../ports.ts';

export interface NoticePorts {
  workspaces: Pick<Workspaces, 'giveNotice'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/**
 * Records that a loss lies ahead, once for each deadline; whoever is told of it is told by the entry in the history. What the
 * row says and what the history says are one write, so a notice that counts was recorded, and one that was recorded counts.
 * Nothing is written if the row has changed meanwhile.
 */
export async function giveNotice(
  { loss, rule, deadline, verdict }: Notify,
  row: WorkspaceRow,
  policy: Policy,
  { workspaces, clock, observer }: NoticePorts,
): Promise<void> {
  const now = clock.now();
  const due = dueAfterNotice(row, policy, { loss, deadline }, now);
  const notice = {
    deadline,
    at: Math.ceil(now),
    due,
    ...(row.subscriptionEventAt !== undefined && { subscriptionEventAt: row.subscriptionEventAt }),
  };
  const happening: Happening = {
    what: 'expiring',
    ...whoBy(row, rule),
    lifecycle: row.lifecycle,
    rule,
    inputs: inputsOf(row, { rule, idleSeconds: verdict.idleSeconds }, policy),
    loss,
    deadline,
    due,
  };
  if (!(await workspaces.giveNotice(row, loss, notice, entryOf(row, happening, now)))) return;
  observer.count('NoticeGiven', 1, { loss });
  observer.info('notice given', { clientId: row.clientId, userId: row.userId, loss, deadline, due });
}
