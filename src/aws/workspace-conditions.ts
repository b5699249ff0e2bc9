import { latestReport, type ReportTerms } from '../core/heartbeat.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { HeldBack, WorkspaceRow } from '../core/workspace-row.ts';
import { armedDayOf } from './dynamodb-upcoming.ts';
import { WAITING_FOR_CONTROL } from './dynamodb-waiting.ts';
import type { ConditionalUpdate } from './update-expression.ts';

export function keyOf({ clientId, userId }: WorkspaceKey): { clientId: string; userId: string } {
  return { clientId, userId };
}

/** Both attributes of the index, set or removed together. */
export function armedFor(change: ConditionalUpdate, at: number | undefined): ConditionalUpdate {
  return change.set('armedFor', at).set('armedDay', at === undefined ? undefined : armedDayOf(at));
}

/** A row without the attribute is active; one that was deleted has none either. */
export function whenActive(change: ConditionalUpdate): ConditionalUpdate {
  const active = `${change.absent('lifecycle')} OR ${change.same('lifecycle', 'active')}`;
  return change.when(change.exists('clientId')).when(active);
}

/** What is kept from happening, and whether the row stands in the index of those that wait; set or removed together. */
export function heldBack(change: ConditionalUpdate, what: HeldBack | undefined): ConditionalUpdate {
  const waits = what !== undefined && what.until === undefined;
  return change
    .set('heldBack', what)
    .set('waitingFor', waits ? WAITING_FOR_CONTROL : undefined)
    .set('waitingSince', waits ? what.since : undefined);
}

/** Every input of the policy, the lifecycle and the claim are what the row says. */
export function whenStateSame(change: ConditionalUpdate, row: WorkspaceRow): void {
  whenInputsSame(change, row);
  if (row.claim === undefined) change.whenSame('claim', undefined);
  else {
    change.when(change.compare('claim.owner', '=', row.claim.owner));
    change.when(change.compare('claim.until', '=', row.claim.until));
  }
  if (row.lifecycle === 'active') whenActive(change);
  else change.whenSame('lifecycle', row.lifecycle);
}

/** Every input of the policy is what the row says: whoever changed one of them has won. */
export function whenInputsSame(change: ConditionalUpdate, row: WorkspaceRow): void {
  change
    .whenSame('lastActivity', row.lastActivity)
    .whenSame('subscriptionStatus', row.subscriptionStatus)
    .whenSame('subscriptionTier', row.subscriptionTier)
    .whenSame('retentionDays', row.retentionDays)
    .whenSame('unsavedWork.changes', row.unsavedWork?.changes)
    .whenSame('unsavedWork.commits', row.unsavedWork?.commits);
  whenRequestSame(change, row);
  whenKeepingSame(change, row);
}

/** Of hold and extension the end decides. What else people write into them may not come back from the table to the letter. */
export function whenKeepingSame(change: ConditionalUpdate, { hold, extension }: WorkspaceRow): void {
  change
    .when(hold === undefined ? change.absent('hold') : change.exists('hold'))
    .whenSame('hold.until', hold?.until)
    .whenSame('extension.until', extension?.until);
}

/** What an operator has asked for, and when: another word of theirs is another input. */
export function whenRequestSame(change: ConditionalUpdate, { requested }: WorkspaceRow): void {
  if (requested === undefined) change.whenSame('requested', undefined);
  else change.whenSame('requested.at', requested.at).whenSame('requested.action', requested.action);
}

/** A report with a token: the row names the access point that the token is for, and the last report was a while ago. */
export function whenOnTerms(change: ConditionalUpdate, terms: ReportTerms): void {
  change.whenSame('efsAccessPoint', terms.accessPoint);
  change.when(`${change.absent('reportedAt')} OR ${change.compare('reportedAt', '<=', latestReport(terms))}`);
  change.set('reportedAt', Math.floor(terms.receivedAt));
}
