import pc from 'picocolors';
import { planLifecycle } from '../../core/lifecycle.ts';
import { nextChange, type Policy } from '../../core/policy.ts';
import { workspaceReference } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import type { Title } from './columns.ts';
import { LIFECYCLE_COLOURS } from './event-lines.ts';
import { inLargestUnit, ruleInWords } from './words.ts';

/** What a line of the table is made from, besides the row. */
export interface Surroundings {
  policy: Policy;
  tasks: readonly { startedBy?: string | undefined; lastStatus: string }[];
  /** Epoch seconds of the fleet. */
  now: number;
}

type Cells = Record<Title, string>;

/** A row as it stands in the table; one that is not understood says what is wrong with it. */
export function cellsOf(workspace: string, plain: PlainRow, { policy, tasks, now }: Surroundings): Cells {
  const parsed = parseRow(plain, now);
  if (parsed.kind === 'invalid') return invalidCells(workspace, parsed.problems);
  const { row } = parsed;
  const { subscriptionStatus, subscriptionTier, lifecycle } = row;
  const outlook = outlookOf(row, policy, now);
  return {
    WORKSPACE: workspace,
    TIER: subscriptionTier,
    BILLING: subscriptionStatus === 'active' ? subscriptionStatus : pc.yellow(subscriptionStatus),
    STATE: LIFECYCLE_COLOURS[lifecycle](lifecycle),
    CONTAINER: containerOf(row, tasks),
    IDLE: inLargestUnit(Math.max(0, now - row.lastActivity)),
    NEXT: outlook.next,
    WHY: outlook.why,
  };
}

function invalidCells(workspace: string, problems: readonly string[]): Cells {
  return {
    WORKSPACE: workspace,
    TIER: '',
    BILLING: '',
    STATE: pc.magenta('invalid'),
    CONTAINER: '',
    IDLE: '',
    NEXT: pc.dim('never touched'),
    WHY: pc.magenta(problems.join('; ')),
  };
}

function containerOf(row: WorkspaceRow, tasks: Surroundings['tasks']): string {
  const reference = workspaceReference(row);
  const task = tasks.find(({ startedBy, lastStatus }) => startedBy === reference && lastStatus !== 'STOPPED');
  if (!task) return pc.dim('none');
  const status = task.lastStatus.toLowerCase();
  return status === 'running' ? pc.green(status) : pc.yellow(status);
}

/** What comes next and why. Where nothing is to be done now, the why of what will be is dim: it does not hold yet. */
function outlookOf(row: WorkspaceRow, policy: Policy, now: number): { next: string; why: string } {
  const nothing = pc.dim('nothing');
  const plan = planLifecycle(row, policy, now);
  const why = ruleInWords(plan.verdict, row, policy);
  if (plan.kind === 'act') return { next: pc.cyan(`${plan.transition} is due`), why };
  if (plan.kind === 'wait') return { next: pc.cyan(`now ${row.claim?.step ?? ''}`), why };
  // Nothing comes after the end, whatever the rules would say of the row.
  const change = row.lifecycle === 'terminated' ? null : nextChange(row, policy, now);
  const isDoneAlready = row.lifecycle === 'archived' && change?.verdict.action === 'archive';
  if (!change || isDoneAlready) return { next: nothing, why };
  const { at, verdict } = change;
  const colour = verdict.action === 'terminate' ? pc.red : pc.yellow;
  return {
    next: `${colour(verdict.action)} in ${inLargestUnit(at - now)}`,
    why: plan.verdict.rule === 'within-limits' ? pc.dim(ruleInWords(verdict, row, policy)) : why,
  };
}
