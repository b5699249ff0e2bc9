import { explainRefusal, type Heartbeat, MINIMUM_REPORT_SECONDS, readHeartbeat } from '../core/heartbeat.ts';
import type { Clock, HttpAnswer, HttpRequest, Observer, Workspaces } from '../ports.ts';
import { answer, readJson } from './http.ts';

export interface ActivityPorts {
  workspaces: Pick<Workspaces, 'recordActivity'>;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** Why a report was refused, and what it means to whoever sent it. */
const REFUSALS = {
  'unknown-workspace': { status: 404, error: 'there is no such workspace' },
  'not-active': {
    status: 409,
    error: 'the workspace is not active, so it takes no activity; its user has to resume it',
  },
  'not-entitled': { status: 401, error: 'the token is not valid' },
  'too-often': { status: 429, error: `a workspace may report once in ${MINIMUM_REPORT_SECONDS} s` },
} as const;

export type ActivityResult = 'recorded' | ReturnType<typeof explainRefusal>;

/**
 * Records that a workspace is in use: one conditional write, nothing else. The library call behind the two routes.
 */
export async function recordActivity(
  heartbeat: Heartbeat,
  workspaces: ActivityPorts['workspaces'],
): Promise<ActivityResult> {
  const result = await workspaces.recordActivity(heartbeat);
  return result.recorded ? 'recorded' : explainRefusal(result.existing, heartbeat.terms);
}

/**
 * `POST /workspaces/activity` `{clientId, userId, lastActivity?, containerStatus?, …}` of a launcher that knows of activity
 * itself; with neither of the two it means "in use now". Containers report by `POST /activity`, with a token.
 */
export function activity(request: HttpRequest, ports: ActivityPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body }) => {
    const heartbeat = readHeartbeat(readJson(body), ports.clock.now());
    return answerOf(await recordActivity(heartbeat, ports.workspaces));
  });
}

/** What whoever reported is told. */
export function answerOf(result: ActivityResult): HttpAnswer {
  if (result === 'recorded') return { status: 200, body: { recorded: true } };
  // A container that repeats itself, or is overtaken by its own later report, has done nothing wrong.
  if (result === 'not-newer')
    return { status: 200, body: { recorded: false, reason: 'a newer or equal activity is known' } };
  const { status, error } = REFUSALS[result];
  return { status, body: { error } };
}
