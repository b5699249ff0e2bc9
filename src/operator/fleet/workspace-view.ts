import { decideAction } from '../../core/policy.ts';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import {
  type ContainerStatus,
  epochSecondsSchema,
  type Lifecycle,
  parseRow,
  type SubscriptionStatus,
  type SubscriptionTier,
  type WorkspaceRow,
} from '../../core/workspace-row.ts';
import type { WorkspaceState } from '../../core/workspace-state.ts';
import { type Ahead, aheadOf } from './ahead.ts';
import { type Context, stateIn } from './context.ts';

/** A workspace as it stands in a list. Times in epoch seconds. */
export interface WorkspaceView extends WorkspaceKey {
  kind: 'valid';
  workspace: string;
  tier: SubscriptionTier;
  status: SubscriptionStatus;
  lifecycle: Lifecycle;
  state: WorkspaceState;
  container: ContainerStatus;
  lastActivity: number;
  idleSeconds: number;
  /** Its own limit, in days. */
  retentionDays: number | null;
  /** What the rules say now, and by which. */
  action: string;
  rule: string;
  /** What comes next if nobody does anything; null if nothing does. */
  next: Ahead | null;
  armedFor: number | null;
  /** Why it is held, extended or asked for, as people have said. */
  reason: string | null;
}

/** A row that is not understood, and so left alone. */
export interface InvalidView extends WorkspaceKey {
  kind: 'invalid';
  workspace: string;
  problems: string[];
  armedFor: number | null;
}

export type View = WorkspaceView | InvalidView;

/** How a row (plain values) stands in a list. */
export function viewOf(input: unknown, key: WorkspaceKey, context: Context): View {
  const { now, policy } = context;
  const { clientId, userId } = key;
  const workspace = showKey(key);
  const parsed = parseRow(input, now);
  if (parsed.kind === 'invalid') {
    const armed = epochSecondsSchema.safeParse((input as { armedFor?: unknown } | undefined)?.armedFor);
    const armedFor = armed.success ? armed.data : null;
    return { kind: 'invalid', clientId, userId, workspace, problems: parsed.problems, armedFor };
  }
  const { row } = parsed;
  const { action, rule, idleSeconds } = decideAction(row, policy, now);
  return {
    kind: 'valid',
    clientId,
    userId,
    workspace,
    tier: row.subscriptionTier,
    status: row.subscriptionStatus,
    lifecycle: row.lifecycle,
    state: stateIn(row, context),
    container: row.containerStatus,
    lastActivity: row.lastActivity,
    idleSeconds,
    retentionDays: row.retentionDays ?? null,
    action,
    rule,
    next: aheadOf(row, policy, now)[0] ?? null,
    armedFor: row.armedFor ?? null,
    reason: reasonOf(row, rule),
  };
}

function reasonOf({ hold, extension, requested }: WorkspaceRow, rule: string): string | null {
  if (rule === 'held') return hold?.reason ?? null;
  if (rule === 'operator-request') return requested?.reason ?? null;
  return rule === 'extended' ? (extension?.reason ?? null) : null;
}
