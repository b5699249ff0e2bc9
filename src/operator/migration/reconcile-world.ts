import { showKey, type WorkspaceKey } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import { forEachLimited } from '../../handlers/for-each-limited.ts';
import type { ListedAccessPoint, ListedTask, TaskList } from '../../ports.ts';
import { type Finding, type FindingKind, LEFT } from './findings.ts';
import { mendOrLeave, type ReconcileContext } from './reconcile-rows.ts';

const LOOK_CONCURRENCY = 10;

/**
 * Access points that no row names, of those that lead into a home. Each is looked at once more, and its row is read: what is
 * being made or removed just now is none of them.
 */
export async function reconcileAccessPoints(
  named: ReadonlyMap<string, string>,
  context: ReconcileContext,
  enter: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<void> {
  const strays = [...context.accessPoints.values()].filter(({ id }) => !named.has(id));
  await forEachLimited(strays, LOOK_CONCURRENCY, async (accessPoint) => {
    const key = homeOf(accessPoint);
    if (key === undefined || signal.aborted) return;
    await context.pace.spend(1);
    const { ports } = context;
    const row = await readRow(key, context);
    if (typeof row === 'object' && row.efsAccessPoint === accessPoint.id) return;
    const kind = kindOfStray(row);
    if (kind === undefined || (await ports.accessPoints.look(key, accessPoint.id)) === 'absent') return;
    const outcome = await mendOrLeave(kind, key, context);
    const detail = `${accessPoint.id} leads to ${accessPoint.path}${row === 'invalid' ? ', and the row is not valid' : ''}`;
    enter({ kind, workspace: showKey(key), detail, outcome });
  });
}

/** Whose home it leads into, by its path alone; undefined where that is nobody's or everybody's. */
function homeOf({ path }: ListedAccessPoint): WorkspaceKey | undefined {
  const [root, clientId, userId] = path.split('/').filter((part) => part !== '');
  return root === 'workspace' && clientId !== undefined && userId !== undefined
    ? { clientId, userId }
    : undefined;
}

function kindOfStray(row: WorkspaceRow | 'none' | 'invalid'): FindingKind | undefined {
  if (row === 'none' || row === 'invalid') return 'stray-access-point';
  if (row.lifecycle === 'active') return 'second-access-point';
  return row.lifecycle === 'archived' || row.lifecycle === 'terminated'
    ? `${row.lifecycle}-with-access`
    : undefined;
}

/** Tasks that run although their workspace is closed, or is none. Those that say of no workspace to be its are not ours. */
export async function reconcileTasks(
  tasks: TaskList,
  context: ReconcileContext,
  enter: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<number> {
  let seen = 0;
  for await (const page of tasks.pages()) {
    if (signal.aborted) break;
    seen += page.length;
    await forEachLimited(page, LOOK_CONCURRENCY, async (task) => {
      if (signal.aborted) return;
      const finding = await reconcileTask(task, context);
      if (finding !== undefined) enter(finding);
    });
  }
  return seen;
}

async function reconcileTask(
  { taskArn, key }: ListedTask,
  context: ReconcileContext,
): Promise<Finding | undefined> {
  if (key === undefined) return undefined;
  await context.pace.spend(1);
  const row = await readRow(key, context);
  if (row === 'invalid') return undefined;
  const kind = row === 'none' ? 'stray-task' : kindOfTask(row);
  if (kind === undefined) return undefined;
  if ((await context.ports.tasks.unstoppedOf([taskArn])).length === 0) return undefined;
  const outcome = kind === 'archived-with-task' ? await mendOrLeave(kind, key, context) : LEFT;
  return { kind, workspace: showKey(key), detail: taskArn, outcome };
}

function kindOfTask({ lifecycle }: WorkspaceRow): FindingKind | undefined {
  return lifecycle === 'archived' || lifecycle === 'terminated' ? `${lifecycle}-with-task` : undefined;
}

/** Strongly consistent. */
async function readRow(
  key: WorkspaceKey,
  { ports }: ReconcileContext,
): Promise<WorkspaceRow | 'none' | 'invalid'> {
  const input = await ports.workspaces.read(key);
  if (input === undefined) return 'none';
  const parsed = parseRow(input, ports.clock.now());
  return parsed.kind === 'valid' ? parsed.row : 'invalid';
}
