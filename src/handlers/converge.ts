import { entryOf, type Happening, inputsOf, whoBy } from '../core/history.ts';
import { type Act, TRANSITIONS } from '../core/lifecycle.ts';
import type { Limits } from '../core/policy.ts';
import type { Claim, Step, Transition, WorkspaceRow } from '../core/workspace-row.ts';
import type {
  AccessPoints,
  Clock,
  Metric,
  Observer,
  Outcome,
  PosixUids,
  Tasks,
  WorkspaceFiles,
  Workspaces,
} from '../ports.ts';

export interface ConvergePorts {
  workspaces: Pick<Workspaces, 'advance' | 'keepPosixUid' | 'finish'>;
  tasks: Pick<Tasks, 'unstopped' | 'unstoppedOf' | 'requestStop'>;
  accessPoints: Pick<AccessPoints, 'ensure' | 'find' | 'remove'>;
  posixUids: PosixUids;
  files: WorkspaceFiles;
  clock: Clock;
  observer: Observer;
}

/** What is asked before each step that takes something away: whether it still may. */
export interface Permission {
  mayGoOn(): Promise<boolean>;
}

/** A row as it is once it has been claimed. */
export type ClaimedRow = WorkspaceRow & { claim: Claim };

/**
 * `lost`: the claim is no longer ours, or its inputs changed. `unfinished`: the world needs more time. `stopped`: it may not
 * go on for now.
 */
export type Convergence = 'done' | 'lost' | 'unfinished' | 'stopped';

/**
 * How long a transition waits for tasks to stop, in seconds. Fargate gives a container at most 120 s between SIGTERM
 * and SIGKILL (ECS, ContainerDefinition, stopTimeout). What is left then is done when the lease ends.
 */
export const STOP_WAIT_SECONDS = 150;
/** Between two looks at tasks that are stopping, in seconds, from 1 on: DescribeTasks allows 20 calls per second for all. */
const LONGEST_PAUSE_SECONDS = 5;

/**
 * How many slices of its files are deleted in one turn, a minute each; with the wait for its tasks that is within the
 * time that the function has. What is left then is done when the lease ends.
 */
export const SLICES_PER_TURN = 2;

/** `accessPoint`: the one that the workspace has from now on. */
type StepResult =
  | { kind: 'done'; accessPoint?: string }
  | { kind: 'unfinished' }
  | { kind: 'lost' }
  | { kind: 'stopped' };

type StepPorts = ConvergePorts & Permission;

/**
 * Carries out the transition that the row's claim owns, step by step. Every step is idempotent and checked against the
 * world, and before each one the claim is confirmed together with the inputs of its decision: a billing write that arrives
 * between two steps stops the transition before the next. So does a pause.
 */
export async function converge(
  row: ClaimedRow,
  plan: Act,
  limits: Limits,
  ports: StepPorts,
): Promise<Convergence> {
  const { claim } = row;
  const { steps, after } = TRANSITIONS[claim.action];
  // A transition that gives no access ends without it.
  let accessPoint: string | undefined;
  for (const step of steps.slice(steps.indexOf(claim.step))) {
    if (!(await ports.mayGoOn())) return stopped(row, step, ports);
    if (step !== claim.step && !(await ports.workspaces.advance(row, claim, step))) return lost(row, ports);
    const result = await STEPS[step](row, claim, ports);
    if (result.kind === 'unfinished') return 'unfinished';
    if (result.kind === 'stopped') return stopped(row, step, ports);
    if (result.kind === 'lost') return lost(row, ports);
    accessPoint = result.accessPoint;
  }
  return finish(row, plan, limits, { lifecycle: after, efsAccessPoint: accessPoint }, ports);
}

const DONE: Record<Transition, { what: Happening['what']; metric: Metric; message: string }> = {
  archive: { what: 'archived', metric: 'Archived', message: 'workspace archived' },
  terminate: { what: 'terminated', metric: 'Terminated', message: 'workspace terminated' },
  restore: { what: 'restored', metric: 'Restored', message: 'workspace restored' },
};

async function finish(
  row: ClaimedRow,
  { verdict, who }: Act,
  limits: Limits,
  outcome: Outcome,
  { workspaces, clock, observer }: ConvergePorts,
): Promise<Convergence> {
  const { action, rule, since } = row.claim;
  const { what, metric, message } = DONE[action];
  const now = clock.now();
  const lateness = action === 'restore' ? undefined : Math.max(0, now - since);
  const happening: Happening = {
    what,
    ...(who ?? whoBy(row, rule)),
    lifecycle: outcome.lifecycle,
    rule,
    inputs: inputsOf(row, verdict, limits),
    ...(lateness !== undefined && { due: since, latenessSeconds: Math.round(lateness * 1_000) / 1_000 }),
  };
  const finished = await workspaces.finish(row, row.claim, outcome, entryOf(row, happening, now));
  if (!finished) return lost(row, { observer });
  observer.count(metric, 1, { rule });
  const fields = { ...keyOf(row), rule, idleSeconds: verdict.idleSeconds };
  if (lateness === undefined) {
    observer.info(message, fields);
    return 'done';
  }
  observer.count('LatenessSeconds', lateness, { action });
  observer.info(message, { ...fields, since, latenessSeconds: lateness });
  return 'done';
}

const STEPS: Record<Step, (row: WorkspaceRow, claim: Claim, ports: StepPorts) => Promise<StepResult>> = {
  'stop-tasks': stopTasks,
  'remove-access': removeAccess,
  'delete-files': deleteFiles,
  'give-access': giveAccess,
};

/** Done only when ECS says that every task is STOPPED: a container that still runs still writes. */
async function stopTasks(
  row: WorkspaceRow,
  claim: Claim,
  { tasks, clock, observer }: ConvergePorts,
): Promise<StepResult> {
  const asked = new Set<string>();
  const found = await tasks.unstopped(row, row.taskArn);
  if (found.foreign !== undefined) {
    observer.count('TaskNotOurs');
    observer.error("the task of the row is another workspace's, it is left alone", {
      ...keyOf(row),
      taskArn: found.foreign,
    });
  }
  let left = found.tasks;
  for (let waited = 0, pause = 1; left.length > 0; pause = Math.min(2 * pause, LONGEST_PAUSE_SECONDS)) {
    for (const task of left.filter((task) => !asked.has(task))) {
      await tasks.requestStop(task, `workspace-cleanup: ${claim.action}, rule ${claim.rule}`);
      asked.add(task);
    }
    if (waited >= STOP_WAIT_SECONDS) {
      observer.warn('tasks have not stopped yet, going on when the lease ends', {
        ...keyOf(row),
        tasks: left,
      });
      return { kind: 'unfinished' };
    }
    await clock.wait(pause);
    waited += pause;
    left = await tasks.unstoppedOf(left);
    // One more look at the lists: something may have been started meanwhile.
    if (left.length === 0) left = (await tasks.unstopped(row, row.taskArn)).tasks;
  }
  return { kind: 'done' };
}

/** Every door to the home goes, those that nobody has named included. Who owned the files is noted before. */
async function removeAccess(
  row: WorkspaceRow,
  claim: Claim,
  { workspaces, accessPoints, observer }: ConvergePorts,
): Promise<StepResult> {
  const { efsAccessPoint } = row;
  const { own, foreign } = await accessPoints.find(row, efsAccessPoint);
  for (const accessPoint of foreign) {
    observer.count('AccessPointNotOurs');
    observer.error('an access point of the workspace leads to another place, it is left alone', {
      ...keyOf(row),
      accessPoint,
    });
  }
  const { posixUid } = own.find(({ id }) => id === efsAccessPoint) ?? own[0] ?? {};
  if (posixUid !== undefined && posixUid !== row.posixUid) {
    if (!(await workspaces.keepPosixUid(row, claim, posixUid))) return { kind: 'lost' };
  }
  for (const { id } of own) await accessPoints.remove(id);
  return { kind: 'done' };
}

async function deleteFiles(
  row: WorkspaceRow,
  _claim: Claim,
  { files, observer, mayGoOn }: StepPorts,
): Promise<StepResult> {
  for (let slice = 0; slice < SLICES_PER_TURN; slice += 1) {
    if (slice > 0 && !(await mayGoOn())) return { kind: 'stopped' };
    const removed = await files.remove(row);
    if (removed === 'unfinished') continue;
    if (removed === 'retained') {
      observer.count('FilesRetained');
      observer.info('this installation retains the files of terminated workspaces', keyOf(row));
    }
    return { kind: 'done' };
  }
  observer.info('files are not all deleted yet, going on when the lease ends', keyOf(row));
  return { kind: 'unfinished' };
}

/** Who owns the files is noted first. */
async function giveAccess(
  row: WorkspaceRow,
  claim: Claim,
  { workspaces, accessPoints, posixUids }: ConvergePorts,
): Promise<StepResult> {
  const posixUid = row.posixUid ?? (await posixUids.of(row));
  if (row.posixUid === undefined && !(await workspaces.keepPosixUid(row, claim, posixUid)))
    return { kind: 'lost' };
  return { kind: 'done', accessPoint: await accessPoints.ensure(row, posixUid, row.efsAccessPoint) };
}

function lost(row: ClaimedRow, { observer }: Pick<ConvergePorts, 'observer'>): Convergence {
  observer.count('ClaimLost');
  observer.info('the row changed during the transition, deciding again', {
    ...keyOf(row),
    transition: row.claim.action,
  });
  return 'lost';
}

function stopped(row: ClaimedRow, step: Step, { observer }: ConvergePorts): Convergence {
  observer.warn('the transition may not go on for now', {
    ...keyOf(row),
    transition: row.claim.action,
    step,
  });
  return 'stopped';
}

function keyOf({ clientId, userId }: WorkspaceRow) {
  return { clientId, userId };
}
