import { BadInputError, RetryableError } from '../core/errors.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { taskArnSchema } from '../core/workspace-row.ts';
import type { Clock, NamedAccess, Observer, TaskLaunch, Tasks, Workspaces } from '../ports.ts';

export interface StartPorts {
  workspaces: Pick<Workspaces, 'read' | 'recordActivity' | 'nameTask'>;
  tasks: Pick<Tasks, 'unstopped' | 'start' | 'requestStop' | 'canStart'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** A task may have ended before its start was noted, and so may the one after it; more often than this is not believed. */
const MAXIMUM_STARTS = 5;
/** A container has at most 120 s to stop on Fargate; most take a few. */
const STOPPING_RETRY_SECONDS = 15;

/**
 * Makes sure that one container of an active workspace runs, and returns its task's ARN.
 *
 * Starting one is a use of the workspace, and that is written first: whoever has claimed the row by then refuses it. The
 * task is named in the row on condition that the row is still active and names the same: whoever claims it later knows
 * of the task. Each task is started as the one after the one that the row names, so two calls at once start the same.
 *
 * Throws BadInputError 409 where the workspace is not active or this installation starts no containers, 423 while one
 * is still stopping.
 */
export async function startContainer(
  { clientId, userId }: WorkspaceKey,
  launch: Pick<TaskLaunch, 'efsAccessPoint' | 'environment' | 'token'>,
  ports: StartPorts,
): Promise<string> {
  const { workspaces, tasks, clock, observer } = ports;
  const key = { clientId, userId };
  if (!tasks.canStart) {
    throw new BadInputError('this installation starts no containers: ECS_TASK_DEFINITION is not set', 409);
  }
  const lastActivity = Math.floor(clock.now());
  await workspaces.recordActivity({ key, lastActivity, containerStatus: undefined });
  const row = await readActive(key, launch.efsAccessPoint, ports);
  const named = taskArnSchema.safeParse(row.taskArn).data;
  const { tasks: unstopped, stopping } = await tasks.unstopped(key, named);
  const running = unstopped.filter((task) => !stopping.includes(task));
  const kept = running.find((task) => task === named) ?? running[0];
  if (kept === undefined && stopping.length > 0) throw stillStopping(key);
  const task = kept ?? (await startAfter(named, key, launch, ports));
  if (task !== kept) observer.info('container started', { ...key, task });
  if (task === row.taskArn || (await workspaces.nameTask(row, task))) return task;
  return settleLostStart(task, task !== kept, launch.efsAccessPoint, key, ports);
}

function stillStopping(key: WorkspaceKey): BadInputError {
  return new BadInputError(
    `the container of workspace ${showKey(key)} is still stopping, try again in ${STOPPING_RETRY_SECONDS} s`,
    423,
    { retryAfterSeconds: STOPPING_RETRY_SECONDS },
  );
}

/** The row as it is, if it may be entered through this access point. */
async function readActive(
  key: WorkspaceKey,
  accessPoint: string,
  { workspaces }: StartPorts,
): Promise<NamedAccess> {
  const row = (await workspaces.read(key)) as { lifecycle?: unknown; [name: string]: unknown } | undefined;
  const lifecycle = row === undefined ? 'gone' : (row.lifecycle ?? 'active');
  if (lifecycle !== 'active') {
    throw new BadInputError(
      `workspace ${showKey(key)} is ${lifecycle} now, its container is not started`,
      409,
    );
  }
  if (row?.efsAccessPoint !== accessPoint) {
    throw new RetryableError(
      `the access point of workspace ${showKey(key)} is ${row?.efsAccessPoint} by now, not ${accessPoint}`,
    );
  }
  return { ...key, efsAccessPoint: row.efsAccessPoint, taskArn: row.taskArn };
}

async function startAfter(
  named: string | undefined,
  key: WorkspaceKey,
  { efsAccessPoint, environment, token }: Pick<TaskLaunch, 'efsAccessPoint' | 'environment' | 'token'>,
  { tasks }: StartPorts,
): Promise<string> {
  let after = named;
  for (let starts = 0; starts < MAXIMUM_STARTS; starts += 1) {
    const { taskArn, stopped } = await tasks.start(key, { efsAccessPoint, environment, token, after });
    if (!stopped) return taskArn;
    after = taskArn;
  }
  throw new RetryableError(
    `${MAXIMUM_STARTS} containers of workspace ${showKey(key)} ended as soon as they were started`,
  );
}

/** The row has changed under our hands. If another call has named the same task, all is well; else ours must not run. */
async function settleLostStart(
  task: string,
  isOurs: boolean,
  accessPoint: string,
  key: WorkspaceKey,
  ports: StartPorts,
): Promise<string> {
  const stop = async (why: string) => {
    if (isOurs) await ports.tasks.requestStop(task, `workspace-cleanup: ${why}`);
  };
  try {
    if ((await readActive(key, accessPoint, ports)).taskArn === task) return task;
  } catch (error) {
    await stop('the workspace was closed while its container started');
    throw error;
  }
  await stop('another container was started at the same time');
  throw new RetryableError(`another container of workspace ${showKey(key)} was started at the same time`);
}
