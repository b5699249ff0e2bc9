import { isCounted } from '../core/budget.ts';
import { type Control, noteLimits, parseControl, permissionFor, type Safety } from '../core/control.ts';
import { entryOf, type Happening, inputsOf, systemEntry, whoBy } from '../core/history.ts';
import { type Act, matterOf, type Notify, ruleOf } from '../core/lifecycle.ts';
import type { Policy } from '../core/policy.ts';
import type { HeldBack, HeldBackReason, Loss, WorkspaceRow } from '../core/workspace-row.ts';
import type { Clock, ControlTable, Observer, Workspaces } from '../ports.ts';
import { type TurnPorts, takeTurn, takeTurnThisHour } from './take-turn.ts';

export interface ObstaclePorts extends TurnPorts {
  control: Pick<ControlTable, 'read' | 'change'>;
  workspaces: Pick<Workspaces, 'holdBack'>;
  safety: Safety;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** What a workspace is judged by at one moment. */
export interface Rules {
  /** The installation's, with the limits that were in force before. */
  policy: Policy;
  /** Undefined if the item is not understood: then nothing may be done. */
  control: Control | undefined;
}

type RulesPorts = Pick<ObstaclePorts, 'control' | 'clock' | 'observer' | 'safety'>;

/** Reads what may be done, and notes the limits that this function goes by, where they are others than the last one's. */
export async function readRules(policy: Policy, ports: RulesPorts): Promise<Rules> {
  const control = await readControl(ports);
  if (control === undefined) return { policy, control };
  const now = ports.clock.now();
  const noted = noteLimits(control, policy, ports.safety, now);
  if (noted === undefined) return { policy: { ...policy, former: control.former }, control };
  const happening: Happening = {
    what: 'limits-changed',
    by: 'deployment',
    settings: { ...noted.limits, installation: noted.installation },
  };
  await ports.control.change(control, { ...control, ...noted }, systemEntry(control.history, happening, now));
  // Ours, or what somebody else has written at the same moment.
  const settled = (await readControl(ports)) ?? control;
  return { policy: { ...policy, former: settled.former }, control: settled };
}

async function readControl({
  control,
  observer,
}: Pick<RulesPorts, 'control' | 'observer'>): Promise<Control | undefined> {
  const parsed = parseControl(await control.read());
  if (parsed.kind === 'valid') return parsed.control;
  observer.count('InvalidControl');
  observer.error('CleanupControl is not understood, so nothing is taken from anybody', {
    problems: parsed.problems,
  });
  return undefined;
}

/** Whether what is under way may still go on: asked again before every step that takes something away. */
export async function isPermitted(
  plan: Act,
  { clientId }: WorkspaceRow,
  ports: Pick<ObstaclePorts, 'control' | 'clock' | 'observer' | 'safety'>,
): Promise<boolean> {
  if (plan.transition === 'restore') return true;
  const control = await readControl(ports);
  return control !== undefined && permissionFor(control, clientId, plan.transition, ports.safety) === 'go';
}

/**
 * What keeps a loss that no wake-up is for from being made now, by `CleanupControl` and the budgets as they are at this moment.
 * Writes it nowhere, and takes a place in this hour's budget only. Undefined: it has its turn, and is counted.
 */
export async function obstacleThisHour(
  loss: Loss,
  row: WorkspaceRow,
  ports: Pick<ObstaclePorts, 'budgets' | 'control' | 'clock' | 'observer' | 'safety'>,
): Promise<HeldBackReason | undefined> {
  const control = await readControl(ports);
  if (control === undefined) return 'control-invalid';
  const permission = permissionFor(control, row.clientId, loss, ports.safety);
  if (permission !== 'go') return permission;
  return (await takeTurnThisHour({ row, loss, control }, ports)) ? undefined : 'budget';
}

/**
 * What keeps the plan from being followed: what `CleanupControl` says, or a budget that is used up. `none`: go on. `known`:
 * the row says so already. `noted`: the row says so from now on, and so does its history.
 */
export async function obstacleTo(
  plan: Act | Notify,
  row: WorkspaceRow,
  rules: Rules,
  ports: ObstaclePorts,
): Promise<'none' | 'known' | 'noted'> {
  const about = matterOf(plan);
  if (about === undefined) return 'none';
  const obstacle = await findObstacle(plan, row, rules, ports);
  if (obstacle === undefined) return 'none';
  const { heldBack: known } = row;
  const isKnown =
    known?.matter === about.matter && known.deadline === about.deadline && known.reason === obstacle.reason;
  if (isKnown && obstacle.until === known.until) return 'known';
  await noteObstacle(plan, { ...about, ...obstacle }, row, rules.policy, ports);
  return 'noted';
}

type Obstacle = Pick<HeldBack, 'reason' | 'until'>;

async function findObstacle(
  plan: Act | Notify,
  row: WorkspaceRow,
  { control }: Rules,
  ports: ObstaclePorts,
): Promise<Obstacle | undefined> {
  const about = matterOf(plan);
  if (about === undefined) return undefined;
  if (control === undefined) return { reason: 'control-invalid' };
  const permission = permissionFor(control, row.clientId, about.matter, ports.safety);
  if (permission !== 'go') return { reason: permission };
  if (plan.kind === 'notify' || plan.transition === 'restore') return undefined;
  if (isCounted(row.claim, plan.transition, ports.clock.now())) return undefined;
  const turn = await takeTurn({ row, loss: plan.transition, deadline: about.deadline, control }, ports);
  return turn.kind === 'now' ? undefined : { reason: 'budget', until: turn.at };
}

async function noteObstacle(
  plan: Act | Notify,
  { matter, deadline, reason, until }: Omit<HeldBack, 'since'>,
  row: WorkspaceRow,
  policy: Policy,
  { workspaces, clock, observer }: ObstaclePorts,
): Promise<void> {
  const now = clock.now();
  const heldBack: HeldBack = {
    matter,
    deadline,
    reason,
    since: Math.floor(now),
    ...(until !== undefined && { until }),
  };
  const rule = ruleOf(plan);
  const happening: Happening = {
    what: 'held-back',
    ...whoBy(row, rule),
    lifecycle: row.lifecycle,
    rule,
    inputs: inputsOf(row, { rule, idleSeconds: plan.verdict.idleSeconds }, policy),
    matter,
    deadline,
    due: plan.due,
    heldBackBy: reason,
    ...(until !== undefined && { until }),
  };
  if (!(await workspaces.holdBack(row, heldBack, entryOf(row, happening, now)))) return;
  observer.count('HeldBack', 1, { reason });
  observer.info('held back', { clientId: row.clientId, userId: row.userId, ...heldBack });
}
