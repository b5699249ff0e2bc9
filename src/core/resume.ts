import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { isInBetween } from './lifecycle.ts';
import { decideAction, isHeld, type Policy } from './policy.ts';
import { startSchema } from './provision-request.ts';
import { showKey, type WorkspaceKey, workspaceKeySchema } from './workspace-key.ts';
import type { WorkspaceRow } from './workspace-row.ts';

const resumeBodySchema = z.strictObject({ start: startSchema });
export interface ResumeRequest {
  key: WorkspaceKey;
  start: boolean;
}

/** Reads the key from the path, the rest from the body (parsed JSON; undefined if there is none). Throws BadInputError. */
export function readResumeRequest(
  { clientId, userId }: Readonly<Record<string, string | undefined>>,
  body: unknown = {},
): ResumeRequest {
  return { key: read(workspaceKeySchema, { clientId, userId }), ...read(resumeBodySchema, body) };
}

function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}

/** What a user who comes back finds. */
export type Return =
  /** The workspace is open. */
  | { kind: 'open' }
  /** It is archived, and the client is entitled to have it back. */
  | { kind: 'entitled' }
  /** It may not be had, now or ever. */
  | { kind: 'refused'; refusal: BadInputError };

/** Longest wait that a user is told before another try, in seconds: most transitions take less. */
const LONGEST_PATIENCE_SECONDS = 30;

/**
 * Whether the user of this workspace may have it back at `now` (epoch seconds). The rules decide on the workspace as it
 * is, not as it would be with its user back: else whoever comes back would be entitled by that alone.
 */
export function judgeReturn(row: WorkspaceRow, policy: Policy, now: number): Return {
  if (row.lifecycle === 'active') return { kind: 'open' };
  const refusal = refusalOf(row, policy, now);
  return refusal ? { kind: 'refused', refusal } : { kind: 'entitled' };
}

function refusalOf(row: WorkspaceRow, policy: Policy, now: number): BadInputError | undefined {
  const workspace = `workspace ${showKey(row)}`;
  if (row.lifecycle === 'terminated')
    return new BadInputError(`${workspace} is terminated, its files are gone`, 410);
  if (isInBetween(row.lifecycle)) {
    const leaseSeconds = Math.ceil((row.claim?.until ?? now) - now);
    const retryAfterSeconds = Math.min(Math.max(leaseSeconds, 1), LONGEST_PATIENCE_SECONDS);
    const message = `${workspace} is ${row.lifecycle}, try again in ${retryAfterSeconds} s`;
    return new BadInputError(message, 423, { retryAfterSeconds });
  }
  if (isHeld(row, now)) return heldRefusal(row, workspace, now);
  // An operator's request to archive it is over when its user is back.
  const { rule } = decideAction({ ...row, hold: undefined, requested: undefined }, policy, now);
  if (rule !== 'subscription-cancelled' && rule !== 'subscription-suspended') return undefined;
  const remedy = `it can be resumed as soon as billing says that the client's subscription is active`;
  return new BadInputError(
    `${workspace} is archived and its client is ${row.subscriptionStatus}: ${remedy}`,
    409,
    {
      rule,
      remedy,
    },
  );
}

function heldRefusal({ hold }: WorkspaceRow, workspace: string, now: number): BadInputError {
  const { until, reason = 'no reason is given', by } = hold ?? {};
  const end = until === undefined ? 'until it is lifted' : `until ${new Date(until * 1000).toISOString()}`;
  const message = `${workspace} is archived and held as it is ${end}: ${reason}`;
  return new BadInputError(message, 423, {
    ...(by !== undefined && { heldBy: by }),
    ...(until !== undefined && { retryAfterSeconds: Math.max(1, Math.ceil(until - now)) }),
  });
}
