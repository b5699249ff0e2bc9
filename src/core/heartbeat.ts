import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { type WorkspaceKey, workspaceKeySchema } from './workspace-key.ts';
import {
  type ContainerStatus,
  containerStatusSchema,
  epochSecondsSchema,
  FUTURE_TOLERANCE_SECONDS,
  taskArnSchema,
  type UnsavedWork,
  unsavedWorkSchema,
} from './workspace-row.ts';

const heartbeatSchema = workspaceKeySchema.and(
  z.object({
    lastActivity: epochSecondsSchema.optional(),
    containerStatus: containerStatusSchema.optional(),
    taskArn: taskArnSchema.optional(),
    unsavedWork: unsavedWorkSchema.optional(),
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
  unsavedWork?: UnsavedWork | undefined;
  /** Of a report that came with a token: what the row has to agree with, besides. */
  terms?: ReportTerms | undefined;
}

/** On what terms a report is taken. */
export interface ReportTerms {
  /** The access point of the workspace that the sender has a token for: the row has to name it still. */
  accessPoint: string;
  /** When the report came, epoch seconds: whoever has reported less than `MINIMUM_REPORT_SECONDS` before is told to wait. */
  receivedAt: number;
}

/** A workspace may report this often, in seconds: a reporter sends a few a day, and whoever sends more has lost its way. */
export const MINIMUM_REPORT_SECONDS = 2;

/**
 * Reads a report. Without `lastActivity` and `containerStatus` it means "in use now". `now` is epoch seconds.
 * Throws BadInputError where it is malformed, or more than five minutes in the future.
 */
export function readHeartbeat(input: unknown, now: number): Heartbeat {
  const result = heartbeatSchema.safeParse(input);
  if (!result.success) throw new BadInputError(describeProblems(result.error, input).join('; '));
  const { clientId, userId, containerStatus, taskArn, unsavedWork } = result.data;
  const lastActivity =
    result.data.lastActivity ?? (containerStatus === undefined ? Math.floor(now) : undefined);
  if (lastActivity !== undefined && lastActivity > now + FUTURE_TOLERANCE_SECONDS) {
    const limit = Math.floor(now) + FUTURE_TOLERANCE_SECONDS;
    throw new BadInputError(
      `lastActivity is ${lastActivity}, expected at most ${limit}: it lies in the future`,
    );
  }
  return { key: { clientId, userId }, lastActivity, containerStatus, taskArn, unsavedWork };
}

export type HeartbeatRefusal =
  | 'unknown-workspace'
  | 'not-entitled'
  | 'not-active'
  | 'too-often'
  | 'not-newer';

/**
 * Why the table refused a report, from the item that its condition met (plain values; undefined if there is none).
 * Only a row in `active` takes activity: the last words of a container that is being stopped must not bring it back.
 */
export function explainRefusal(
  existing: Record<string, unknown> | undefined,
  terms?: ReportTerms,
): HeartbeatRefusal {
  if (existing === undefined) return 'unknown-workspace';
  if (terms !== undefined && existing.efsAccessPoint !== terms.accessPoint) return 'not-entitled';
  const { lifecycle = 'active', reportedAt } = existing;
  if (terms !== undefined && Number(reportedAt) > latestReport(terms)) return 'too-often';
  return lifecycle === 'active' ? 'not-newer' : 'not-active';
}

/** Who reported after this second, reported just now. */
export function latestReport({ receivedAt }: ReportTerms): number {
  return Math.floor(receivedAt) - MINIMUM_REPORT_SECONDS;
}
