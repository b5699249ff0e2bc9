import { RetryableError } from '../core/errors.ts';
import { entryOf, type HistoryEntry } from '../core/history.ts';
import type { Policy } from '../core/policy.ts';
import { judgeReturn, type ResumeRequest, readResumeRequest } from '../core/resume.ts';
import { showKey } from '../core/workspace-key.ts';
import { validRow, type WorkspaceRow } from '../core/workspace-row.ts';
import type { HttpAnswer, HttpRequest } from '../ports.ts';
import { type AccessPorts, accessOf, restoreAccess } from './access.ts';
import { type DeadlineReachedPorts, deadlineReached } from './deadline-reached.ts';
import { answer, readJson } from './http.ts';
import { type Launched, type LaunchPorts, launchWorkspace } from './launch-workspace.ts';

export interface ResumePorts extends DeadlineReachedPorts, Pick<LaunchPorts, 'tokens' | 'installation'> {
  tasks: DeadlineReachedPorts['tasks'] & LaunchPorts['tasks'];
  accessPoints: DeadlineReachedPorts['accessPoints'] & AccessPorts['accessPoints'];
}

export interface Resumed extends Launched {
  /** False if the workspace was open already. */
  resumed: boolean;
}

/** A row that changes under our hands more often than this while its user comes back has somebody else at work. */
const MAXIMUM_PASSES = 5;

/** `POST /workspaces/{clientId}/{userId}/resume` `{start?}`; without a body, `{}`. */
export function resume(request: HttpRequest, policy: Policy, ports: ResumePorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body, parameters = {} }) => {
    const json = body.trim() === '' ? undefined : readJson(body);
    const resumed = await resumeWorkspace(readResumeRequest(parameters, json), policy, ports);
    return { status: 200, body: { ...resumed } };
  });
}

/**
 * Gives an archived workspace back to its user, with its files. The return is written first, as an activity, on
 * condition that nothing has changed since the client was found entitled to it; from then on the rules themselves say
 * `active`, and the workspace is restored as after any other change: here at once, and by its wake-up if we die.
 *
 * Throws BadInputError 404 where there is no such workspace, 409 with the rule where the client is not entitled, 410
 * where it is terminated, 423 while somebody is at work on it or it is held.
 */
export async function resumeWorkspace(
  { key, start }: ResumeRequest,
  policy: Policy,
  ports: ResumePorts,
): Promise<Resumed> {
  let resumed = false;
  for (let pass = 0; pass < MAXIMUM_PASSES; pass += 1) {
    const input = await ports.workspaces.read(key);
    const now = ports.clock.now();
    const row = validRow(input, key, now);
    const judged = judgeReturn(row, policy, now);
    if (judged.kind === 'refused') throw judged.refusal;
    const at = Math.max(Math.floor(now), row.lastActivity);
    if (judged.kind === 'open') {
      const launched = await enter(row, at, start, policy, ports);
      if (launched) return { ...launched, resumed };
    } else if (await ports.workspaces.recordReturn(row, at, returnOf(row, now))) {
      ports.observer.count('Resumed');
      ports.observer.info('the user of an archived workspace is back', { ...key });
      resumed = true;
      await deadlineReached(key, policy, ports, 0);
    }
  }
  throw new RetryableError(`workspace ${showKey(key)} changed ${MAXIMUM_PASSES} times while it was resumed`);
}

function returnOf(row: WorkspaceRow, now: number): HistoryEntry {
  return entryOf(row, { what: 'returned', by: 'user', lifecycle: row.lifecycle }, now);
}

/** The workspace is open: notes that it is in use, and runs it on request. Undefined if it was not quite: look again. */
async function enter(
  row: WorkspaceRow,
  lastActivity: number,
  start: boolean,
  policy: Policy,
  ports: ResumePorts,
): Promise<Launched | undefined> {
  const key = { clientId: row.clientId, userId: row.userId };
  const efsAccessPoint = await accessOf(row, ports);
  if (efsAccessPoint === undefined) {
    await restoreAccess(row, policy, ports);
    return undefined;
  }
  const report = { key, lastActivity, containerStatus: undefined };
  const recorded = await ports.workspaces.recordActivity(report);
  if (!recorded.recorded && (recorded.existing?.lifecycle ?? 'active') !== 'active') return undefined;
  const subscription = { status: row.subscriptionStatus, tier: row.subscriptionTier };
  return launchWorkspace(key, subscription, efsAccessPoint, start, ports);
}
