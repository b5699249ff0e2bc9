import pc from 'picocolors';
import { comingLosses, isHeldBack, planLifecycle } from '../../core/lifecycle.ts';
import { type ComingLoss, isNoticed } from '../../core/notice.ts';
import { decideAction, type Policy } from '../../core/policy.ts';
import { workspaceReference } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { PlainRow } from '../fleet/chronicle.ts';
import type { Title } from './columns.ts';
import { LIFECYCLE_COLOURS } from './event-lines.ts';
import { heldBackInWords, inLargestUnit, ruleInWords } from './words.ts';

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
  const plan = planLifecycle(row, policy, now);
  const why = ruleInWords(plan.verdict, row, policy);
  if (isHeldBack(row, plan, now)) return { next: pc.magenta(heldBackInWords(row, now)), why };
  if (plan.kind === 'notify') return { next: pc.cyan(`notice of ${plan.loss}`), why };
  if (plan.kind === 'act') return { next: pc.cyan(`${plan.transition} is due`), why };
  if (plan.kind === 'wait') return { next: pc.cyan(`now ${row.claim?.step ?? ''}`), why };
  const { action } = plan.verdict;
  const isPending = action === 'terminate' && row.lifecycle !== 'terminated';
  const coming = isPending ? pendingLoss(row, policy) : comingLosses(row, policy, now)[0];
  if (!coming) return { next: pc.dim('nothing'), why };
  const { loss, deadline } = coming;
  const colour = loss === 'terminate' ? pc.red : pc.yellow;
  const told = isPending || isNoticed(row, coming) ? ' !' : '';
  const isNotYet = plan.verdict.rule === 'within-limits';
  const later = decideAction(row, policy, deadline);
  return {
    next: `${colour(loss)} in ${inLargestUnit(deadline - now)}${pc.bold(told)}`,
    why: isNotYet ? pc.dim(ruleInWords(later, row, policy)) : why,
  };
}

/** A termination that waits for the time that its notice gives. */
function pendingLoss({ notices }: WorkspaceRow, policy: Policy): ComingLoss | undefined {
  const notice = notices?.terminate;
  if (notice === undefined) return undefined;
  return {
    loss: 'terminate',
    deadline: Math.max(notice.deadline, notice.at + policy.notice.minimumTerminate),
  };
}
