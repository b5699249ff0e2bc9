import { type Action, decideAction, type Rule } from '../../core/policy.ts';
import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { type Lifecycle, parseRow } from '../../core/workspace-row.ts';
import type { WorkspaceState } from '../../core/workspace-state.ts';
import { type Ahead, aheadOf } from './ahead.ts';
import { type Context, stateIn } from './context.ts';
import { movesOf } from './moves.ts';
import { type Reason, reasonsFor } from './reasons.ts';
import { type TriedRule, triedRules } from './tried-rules.ts';

/** A row that is understood, explained. Times in epoch seconds. */
export interface Explained {
  kind: 'explained';
  workspace: string;
  now: number;
  lifecycle: Lifecycle;
  state: WorkspaceState;
  /** What the rules say now, and by which. */
  action: Action;
  rule: Rule;
  rules: TriedRule[];
  /** What lies ahead if nobody does anything, the earliest first. */
  ahead: Ahead[];
  /** What would make it happen later, sooner, or not at all. */
  moves: string[];
  /** Why it has not happened so far. */
  reasons: Reason[];
}

export type Explanation =
  | Explained
  /** Nothing is ever done to it. Each problem names the attribute, its value and what was expected. */
  | { kind: 'invalid'; workspace: string; now: number; problems: string[]; reasons: Reason[] };

/** Explains a row as it came from the table (plain values). */
export function explainWorkspace(input: unknown, key: WorkspaceKey, context: Context): Explanation {
  const { now, policy } = context;
  const workspace = showKey(key);
  const parsed = parseRow(input, now);
  if (parsed.kind === 'invalid') {
    const { problems } = parsed;
    const text = `the row is not understood, so it is left alone until somebody mends it: ${problems.join('; ')}`;
    return { kind: 'invalid', workspace, now, problems, reasons: [{ kind: 'invalid-row', text }] };
  }
  const { row } = parsed;
  const { action, rule } = decideAction(row, policy, now);
  const ahead = aheadOf(row, policy, now);
  return {
    kind: 'explained',
    workspace,
    now,
    lifecycle: row.lifecycle,
    state: stateIn(row, context),
    action,
    rule,
    rules: triedRules(row, policy, now),
    ahead,
    moves: movesOf(row, policy, now),
    reasons: reasonsFor(row, context, ahead),
  };
}
