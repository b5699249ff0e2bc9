/**
 * The rules a second time, straight from the table of the design, one `if` for each of its lines. It knows nothing of
 * `src/core` and finds what comes next by asking the table about every second that could matter.
 */

const SECONDS_OF_A_DAY = 24 * 60 * 60;

export interface BruteForceRow {
  subscriptionStatus: 'active' | 'suspended' | 'cancelled';
  subscriptionTier: 'free' | 'pro' | 'enterprise';
  lastActivity: number;
  retentionDays?: number | undefined;
  hold?: { until?: number | undefined } | undefined;
  extension?: { until: number } | undefined;
  unsavedWork?: { changes: number; commits: number } | undefined;
  requested?: { action: 'archive' | 'terminate'; at: number } | undefined;
}

export interface BruteForcePolicy {
  retentionDays: { free: number; pro: number; enterprise: number };
  cancelledGraceDays: number;
  suspendedGraceDays: number;
  unsavedWorkExtraDays?: number | undefined;
}

export interface BruteForceVerdict {
  action: 'active' | 'archive' | 'terminate';
  rule: string;
}

function heldAt({ hold }: BruteForceRow, second: number): boolean {
  if (!hold) return false;
  if (hold.until === undefined) return true;
  return second < hold.until;
}

/** What the table says of the row at this whole second, after hold, extension and what an operator asks for. */
export function actionByTable(
  row: BruteForceRow,
  policy: BruteForcePolicy,
  second: number,
): BruteForceVerdict {
  if (heldAt(row, second)) return { action: 'active', rule: 'held' };
  const said = actionOfRules(row, policy, second);
  const isExtended = row.extension !== undefined && second < row.extension.until;
  const left: BruteForceVerdict =
    isExtended && said.action !== 'active' ? { action: 'active', rule: 'extended' } : said;
  const { requested } = row;
  if (requested === undefined) return left;
  // Not yet, or somebody has used it since.
  if (second < requested.at || row.lastActivity >= requested.at) return left;
  if (requested.action === 'archive' && left.action === 'terminate') return left;
  if (requested.action === left.action) {
    const began = Math.max(requested.at, row.hold?.until ?? 0);
    if (sinceWhen({ ...row, requested: undefined }, policy, second) <= began) return left;
  }
  return { action: requested.action, rule: 'operator-request' };
}

/** Whether a workspace that nobody uses and nobody holds is terminated in the end, and not only archived. */
export function endsTerminated({ subscriptionStatus, requested, lastActivity }: BruteForceRow): boolean {
  if (subscriptionStatus === 'cancelled') return true;
  return requested?.action === 'terminate' && lastActivity < requested.at;
}

/** The first second from which on the table has said what it says at this one, without a break. */
function sinceWhen(row: BruteForceRow, policy: BruteForcePolicy, second: number): number {
  const { action } = actionByTable(row, policy, second);
  let since = second;
  const earlier = candidateSeconds(row, policy).filter((candidate) => candidate <= second);
  for (const candidate of earlier.reverse()) {
    if (actionByTable(row, policy, candidate).action !== action) return since;
    since = candidate;
  }
  return since;
}

function extraDays({ unsavedWork }: BruteForceRow, policy: BruteForcePolicy): number {
  const isUnsaved = unsavedWork !== undefined && (unsavedWork.changes > 0 || unsavedWork.commits > 0);
  return isUnsaved ? (policy.unsavedWorkExtraDays ?? 0) : 0;
}

function actionOfRules(row: BruteForceRow, policy: BruteForcePolicy, second: number): BruteForceVerdict {
  const daysSince = (second - row.lastActivity) / SECONDS_OF_A_DAY;
  if (row.subscriptionStatus === 'cancelled' && daysSince > policy.cancelledGraceDays) {
    return { action: 'terminate', rule: 'subscription-cancelled' };
  }
  const idleDays = daysSince - extraDays(row, policy);
  if (row.subscriptionStatus === 'suspended' && idleDays > policy.suspendedGraceDays) {
    return { action: 'archive', rule: 'subscription-suspended' };
  }
  if (row.subscriptionTier === 'free' && idleDays > (row.retentionDays ?? policy.retentionDays.free)) {
    return { action: 'archive', rule: 'retention-free' };
  }
  if (row.subscriptionTier === 'pro' && idleDays > (row.retentionDays ?? policy.retentionDays.pro)) {
    return { action: 'archive', rule: 'retention-pro' };
  }
  if (
    row.subscriptionTier === 'enterprise' &&
    idleDays > (row.retentionDays ?? policy.retentionDays.enterprise)
  ) {
    return { action: 'archive', rule: 'retention-enterprise' };
  }
  return { action: 'active', rule: 'within-limits' };
}

/**
 * Every second at which the table could say something new, with the seconds around it, ascending: after each number
 * of days that stands anywhere in the policy or the row, whether its rule applies or not, and around a hold's end.
 */
export function candidateSeconds(row: BruteForceRow, policy: BruteForcePolicy): number[] {
  const { free, pro, enterprise } = policy.retentionDays;
  const days = [free, pro, enterprise, policy.cancelledGraceDays, policy.suspendedGraceDays];
  if (row.retentionDays !== undefined) days.push(row.retentionDays);
  const later = days.map((count) => count + extraDays(row, policy));
  const middles = [...days, ...later].map((count) => row.lastActivity + count * SECONDS_OF_A_DAY);
  if (row.hold?.until !== undefined) middles.push(row.hold.until);
  if (row.extension !== undefined) middles.push(row.extension.until);
  if (row.requested !== undefined) middles.push(row.requested.at);
  const seconds = new Set<number>();
  for (const middle of middles) for (const offset of [-1, 0, 1, 2]) seconds.add(middle + offset);
  return [...seconds].sort((a, b) => a - b);
}

export interface BruteForceDecision extends BruteForceVerdict {
  second: number;
  /** The first later second at which the table's action is another one; null if there is none. */
  next: { at: number; action: BruteForceVerdict['action'] } | null;
}

/** What the table says at each of the row's candidate seconds, ascending, and what it says next. */
export function decisionsByTable(row: BruteForceRow, policy: BruteForcePolicy): BruteForceDecision[] {
  const decisions: BruteForceDecision[] = [];
  let later: BruteForceDecision | undefined;
  for (const second of candidateSeconds(row, policy).reverse()) {
    const { action, rule } = actionByTable(row, policy, second);
    let next: BruteForceDecision['next'] = null;
    if (later) next = later.action === action ? later.next : { at: later.second, action: later.action };
    later = { second, action, rule, next };
    decisions.push(later);
  }
  return decisions.reverse();
}
