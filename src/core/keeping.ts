import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { comingLosses, planLifecycle } from './lifecycle.ts';
import { DAY_SECONDS, type Policy } from './policy.ts';
import { showKey } from './workspace-key.ts';
import { epochSecondsSchema, type WorkspaceRow } from './workspace-row.ts';

/** Nobody plans further ahead than this, in seconds: ten years. */
export const LONGEST_KEEPING_SECONDS = 3_652 * DAY_SECONDS;

const REASON_EXPECTED = 'a reason of 1 to 500 characters';
const BY_EXPECTED = 'who it is, 1 to 100 characters';
export const reasonSchema = z
  .string({ error: REASON_EXPECTED })
  .trim()
  .min(1, { error: REASON_EXPECTED })
  .max(500, { error: REASON_EXPECTED });
export const bySchema = z
  .string({ error: BY_EXPECTED })
  .trim()
  .min(1, { error: BY_EXPECTED })
  .max(100, { error: BY_EXPECTED });

const holdRequestSchema = z.strictObject({
  by: bySchema,
  reason: reasonSchema,
  until: epochSecondsSchema.optional(),
});
/** What an operator says who keeps a workspace from every action. Without `until`, until somebody releases it. */
export type HoldRequest = z.infer<typeof holdRequestSchema>;

const extendRequestSchema = z.strictObject({ by: bySchema, reason: reasonSchema, until: epochSecondsSchema });
/** What an operator says who moves the next deadline of a workspace to `until` (epoch seconds). */
export type ExtendRequest = z.infer<typeof extendRequestSchema>;

const releaseRequestSchema = z.strictObject({ by: bySchema, reason: reasonSchema.optional() });
/** What an operator says who gives a workspace back to the rules. */
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;

/** Reads a request. `now` is epoch seconds. Throws BadInputError with the value and the range. */
export function readHoldRequest(input: unknown, now: number): HoldRequest {
  return withinRange(read(holdRequestSchema, input), now);
}

export function readExtendRequest(input: unknown, now: number): ExtendRequest {
  return withinRange(read(extendRequestSchema, input), now);
}

export function readReleaseRequest(input: unknown): ReleaseRequest {
  return read(releaseRequestSchema, input);
}

function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}

function withinRange<T extends { until?: number | undefined }>(request: T, now: number): T {
  const { until } = request;
  const first = Math.floor(now) + 1;
  const last = Math.floor(now) + LONGEST_KEEPING_SECONDS;
  if (until === undefined || (until >= first && until <= last)) return request;
  const range = `from ${inUtc(first)} to ${inUtc(last)}, ten years from now`;
  throw new BadInputError(`until is ${inUtc(until)}, expected a time ${range}`);
}

/** Throws BadInputError 410 or 409 where nothing can keep the workspace any more. */
export function refuseTooLate(row: WorkspaceRow): void {
  const workspace = `workspace ${showKey(row)}`;
  if (row.lifecycle === 'terminated') throw new BadInputError(`${workspace} is terminated`, 410);
  if (row.lifecycle === 'terminating' && row.claim?.step === 'delete-files')
    throw new BadInputError(`${workspace} is being terminated, and files of it are gone already`, 409);
}

/**
 * Throws BadInputError where `until` moves no deadline: 409 where none lies ahead, 400 where it lies before the next one,
 * which would be to shorten.
 */
export function refuseNoExtension(row: WorkspaceRow, policy: Policy, until: number, now: number): void {
  const next = nextDeadline({ ...row, extension: undefined }, policy, now);
  const workspace = `workspace ${showKey(row)}`;
  if (next === undefined)
    throw new BadInputError(`${workspace} has no deadline ahead that could be moved`, 409);
  if (until > next) return;
  throw new BadInputError(
    `until is ${inUtc(until)}, expected a time after ${inUtc(next)}, the next deadline of ${workspace}`,
  );
}

/** When a workspace at rest loses something next, epoch seconds; now if that is due. Undefined if never. */
function nextDeadline(row: WorkspaceRow, policy: Policy, now: number): number | undefined {
  const plan = planLifecycle(row, policy, now);
  if (plan.kind === 'act' && plan.transition !== 'restore') return Math.floor(now);
  if (plan.kind === 'notify') return plan.due;
  return comingLosses(row, policy, now)[0]?.deadline;
}

/** A time in a sentence, e.g. `2026-01-31T12:00:00Z`. */
export function inUtc(epochSeconds: number): string {
  return new Date(epochSeconds * 1_000).toISOString().replace('.000Z', 'Z');
}
