import { z } from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { type WorkspaceKey, workspaceKeySchema } from './workspace-key.ts';
import {
  type ContainerStatus,
  containerStatusSchema,
  epochSecondsSchema,
  FUTURE_TOLERANCE_SECONDS,
  taskArnSchema,
} from './workspace-row.ts';

const heartbeatSchema = workspaceKeySchema.and(
  z.object({
    lastActivity: epochSecondsSchema.optional(),
    containerStatus: containerStatusSchema.optional(),
    taskArn: taskArnSchema.optional(),
  }),
);

/** What a container reports. `lastActivity` or `containerStatus` is there. */
export interface Heartbeat {
  key: WorkspaceKey;
  /** When the workspace was last used, epoch seconds. */
  lastActivity: number | undefined;
  containerStatus: ContainerStatus | undefined;
  /** The task that the container runs in, so that it is found and stopped whoever has started it. */
  taskArn?: string | undefined;
}

/**
 * Reads a report. Without `lastActivity` and `containerStatus` it means "in use now". `now` is epoch seconds.
 * Throws BadInputError where it is malformed, or more than five minutes in the future.
 */
export function readHeartbeat(input: unknown, now: number): Heartbeat {
  const result = heartbeatSchema.safeParse(input);
  if (!result.success) throw new BadInputError(describeProblems(result.error, input).join('; '));
  const { clientId, userId, containerStatus, taskArn } = result.data;
  const lastActivity =
    result.data.lastActivity ?? (containerStatus === undefined ? Math.floor(now) : undefined);
  if (lastActivity !== undefined && lastActivity > now + FUTURE_TOLERANCE_SECONDS) {
    const limit = Math.floor(now) + FUTURE_TOLERANCE_SECONDS;
    throw new BadInputError(
      `lastActivity is ${lastActivity}, expected at most ${limit}: it lies in the future`,
    );
  }
  return { key: { clientId, userId }, lastActivity, containerStatus, taskArn };
}

export type HeartbeatRefusal = 'unknown-workspace' | 'not-active' | 'not-newer';

/**
 * Why the table refused a report, from the item that its condition met (plain values; undefined if there is none).
 * Only a row in `active` takes activity: the last words of a container that is being stopped must not bring it back.
 */
export function explainRefusal(existing: Record<string, unknown> | undefined): HeartbeatRefusal {
  if (existing === undefined) return 'unknown-workspace';
  if (existing.lifecycle !== undefined && existing.lifecycle !== 'active') return 'not-active';
  return 'not-newer';
}
