import type { Act } from '../../core/lifecycle.ts';
import { decideAction, type Policy } from '../../core/policy.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import type { RestoreAccessPorts } from '../../handlers/access.ts';
import { claimRow } from '../../handlers/claim-row.ts';
import { converge } from '../../handlers/converge.ts';
import { isPermitted, type ObstaclePorts, obstacleThisHour } from '../../handlers/obstacles.ts';
import type { Workspaces } from '../../ports.ts';
import { MENDED } from './findings.ts';

export type CloseDoorsPorts = RestoreAccessPorts &
  Pick<ObstaclePorts, 'safety' | 'control' | 'budgets'> & {
    workspaces: Pick<Workspaces, 'read'>;
    accessPoints: Pick<RestoreAccessPorts['accessPoints'], 'find' | 'remove'>;
  };

/** What a workspace is judged by, and on whose behalf. */
export interface DoorRules {
  policy: Policy;
  /** The operator, for the history. */
  by: string;
}

/**
 * Closes a workspace that is archived or terminated, and can be entered all the same. Everything is proved from the row as it is
 * now, strongly consistent. Returns `mended`, or why it was left, in a clause.
 *
 * One that is archived is archived once more, by the steps and under the claim of any archive: its user may come back at this
 * very moment, and then the claim fails or the return waits. One that is terminated comes back never, and no claim leads
 * out of it; so its doors go without one, once no task of it runs. No files are touched in either.
 *
 * Each takes access from somebody, so each is counted in the hour's budget of archives, and waits where that is used up.
 */
export async function closeDoors(
  key: WorkspaceKey,
  { policy, by }: DoorRules,
  ports: CloseDoorsPorts,
): Promise<string> {
  const now = ports.clock.now();
  const parsed = parseRow(await ports.workspaces.read(key), now);
  if (parsed.kind === 'invalid') return 'its row is not valid';
  const { row } = parsed;
  const verdict = decideAction(row, policy, now);
  if (verdict.rule === 'held') return 'it is held, and a hold keeps it from everything';
  if (row.lifecycle !== 'archived' && row.lifecycle !== 'terminated') return `it is ${row.lifecycle} by now`;
  if (row.lifecycle === 'terminated') return closeTerminated(row, ports);
  if (verdict.action === 'active') return 'the rules give it back: its wake-up does that';
  const why = await keptFrom(row, ports);
  if (why !== undefined) return why;
  const who = { by, reason: 'reconcile' };
  const due = Math.floor(now);
  const plan: Act = { kind: 'act', verdict, transition: 'archive', from: 'stop-tasks', due, who };
  const claimed = await claimRow(plan, row, policy, ports.uniqueOwner(), ports);
  if (claimed === undefined) return 'somebody has changed its row meanwhile';
  const mayGoOn = () => isPermitted(plan, row, ports);
  const done = await converge(claimed, plan, policy, { ...ports, mayGoOn });
  return done === 'done'
    ? MENDED
    : `not done yet (${done}): the deadline handler goes on when the lease ends`;
}

/** Asked last, as whoever has a turn is counted. */
async function keptFrom(row: WorkspaceRow, ports: CloseDoorsPorts): Promise<string | undefined> {
  const obstacle = await obstacleThisHour('archive', row, ports);
  if (obstacle === undefined) return undefined;
  return obstacle === 'budget'
    ? 'it waits for its turn: the budget of archives is used up for this hour'
    : `nothing is taken from it as things are set (${obstacle})`;
}

async function closeTerminated(row: WorkspaceRow, ports: CloseDoorsPorts): Promise<string> {
  const { tasks, accessPoints } = ports;
  const running = await tasks.unstopped(row, row.taskArn);
  if (running.tasks.length > 0) return `task ${running.tasks[0]} of it is running`;
  const why = await keptFrom(row, ports);
  if (why !== undefined) return why;
  const { own } = await accessPoints.find(row, row.efsAccessPoint);
  for (const { id } of own) await accessPoints.remove(id);
  return MENDED;
}
