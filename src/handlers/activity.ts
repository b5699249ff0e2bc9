import { explainRefusal, type Heartbeat, readHeartbeat } from '../core/heartbeat.ts';
import type { Clock, HttpAnswer, HttpRequest, Observer, Workspaces } from '../ports.ts';
import { answer, readJson } from './http.ts';

export interface ActivityPorts {
  workspaces: Pick<Workspaces, 'recordActivity'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** Why a report was refused, and what it means to the container that sent it. */
const REFUSALS = {
  'unknown-workspace': { status: 404, error: 'there is no such workspace' },
  'not-active': {
    status: 409,
    error: 'the workspace is not active, so it takes no activity; its user has to resume it',
  },
} as const;

export type ActivityResult = 'recorded' | ReturnType<typeof explainRefusal>;

/**
 * Records that a workspace is in use: one conditional write, nothing else. The library call behind `POST /activity`,
 * for launchers that know of activity themselves.
 */
export async function recordActivity(
  heartbeat: Heartbeat,
  workspaces: ActivityPorts['workspaces'],
): Promise<ActivityResult> {
  const result = await workspaces.recordActivity(heartbeat);
  return result.recorded ? 'recorded' : explainRefusal(result.existing);
}

/** `POST /activity` `{clientId, userId, lastActivity?, containerStatus?}`; with neither of the two it means "in use now". */
export function activity(request: HttpRequest, ports: ActivityPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body }) => {
    const heartbeat = readHeartbeat(readJson(body), ports.clock.now());
    const result = await recordActivity(heartbeat, ports.workspaces);
    if (result === 'recorded') return { status: 200, body: { recorded: true } };
    // A container that repeats itself, or is overtaken by its own later report, has done nothing wrong.
    if (result === 'not-newer')
      return { status: 200, body: { recorded: false, reason: 'a newer or equal activity is known' } };
    const { status, error } = REFUSALS[result];
    return { status, body: { error } };
  });
}
