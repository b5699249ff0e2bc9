import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import { idSchema, lengthProblem, showKey, type WorkspaceKey } from './workspace-key.ts';

export const subscriptionStatusSchema = z.enum(['active', 'suspended', 'cancelled'], {
  error: 'active, suspended or cancelled',
});
export type SubscriptionStatus = z.infer<typeof subscriptionStatusSchema>;

export const subscriptionTierSchema = z.enum(['free', 'pro', 'enterprise'], {
  error: 'free, pro or enterprise',
});
export type SubscriptionTier = z.infer<typeof subscriptionTierSchema>;

export const containerStatusSchema = z.enum(['active', 'idle', 'terminated'], {
  error: 'active, idle or terminated',
});
export type ContainerStatus = z.infer<typeof containerStatusSchema>;

/** What would be lost with the container's disk, or is nowhere but in this home: counts, and no names. */
export const unsavedWorkSchema = z.object({
  /** Files with changes that are not committed. */
  changes: z.int().min(0).max(1_000_000_000),
  /** Commits that are on no remote. */
  commits: z.int().min(0).max(1_000_000_000),
});
export type UnsavedWork = z.infer<typeof unsavedWorkSchema>;

/** Before 2000 or after 5138 a number is not epoch seconds; milliseconds of today have thirteen digits. */
export const EARLIEST_EPOCH_SECONDS = 946_684_800;
export const LATEST_EPOCH_SECONDS = 99_999_999_999;
const EPOCH_SECONDS_EXPECTED = 'whole epoch seconds (ten digits; thirteen would be milliseconds)';

export const epochSecondsSchema = z
  .int({ error: EPOCH_SECONDS_EXPECTED })
  .min(EARLIEST_EPOCH_SECONDS, { error: EPOCH_SECONDS_EXPECTED })
  .max(LATEST_EPOCH_SECONDS, { error: EPOCH_SECONDS_EXPECTED });

/** A time with its fraction of a second. */
export const momentSchema = z
  .number({ error: EPOCH_SECONDS_EXPECTED })
  .min(EARLIEST_EPOCH_SECONDS, { error: EPOCH_SECONDS_EXPECTED })
  .max(LATEST_EPOCH_SECONDS, { error: EPOCH_SECONDS_EXPECTED });

/** The last entry of `WorkspaceHistory` about something: its number, from 1, and its time. */
export const lastEntrySchema = z.object({ sequence: z.int().min(1), at: momentSchema });

/** How far ahead of our clock a container's may be, in seconds, before its word is not believed. */
export const FUTURE_TOLERANCE_SECONDS = 300;

const RETENTION_DAYS_EXPECTED = 'whole days from 1 to 36500';
export const retentionDaysSchema = z
  .int({ error: RETENTION_DAYS_EXPECTED })
  .min(1, { error: RETENTION_DAYS_EXPECTED })
  .max(36_500, { error: RETENTION_DAYS_EXPECTED });

export const lifecycleSchema = z.enum(
  ['active', 'archiving', 'archived', 'restoring', 'terminating', 'terminated'],
  {
    error: 'active, archiving, archived, restoring, terminating or terminated',
  },
);
export type Lifecycle = z.infer<typeof lifecycleSchema>;

/** What converging does, step by step. */
const transitionSchema = z.enum(['archive', 'terminate', 'restore']);
export type Transition = z.infer<typeof transitionSchema>;

const stepSchema = z.enum(['stop-tasks', 'remove-access', 'delete-files', 'give-access']);
export type Step = z.infer<typeof stepSchema>;

const claimSchema = z.object({
  /** One invocation of a handler; nobody else may go on before `until`. */
  owner: z.string().min(1),
  /** End of the lease, epoch seconds. From this second on (included) others may take the claim over. */
  until: epochSecondsSchema,
  action: transitionSchema,
  step: stepSchema,
  /** Where the transition began: where a hold that comes in between sends it back to. */
  origin: z.enum(['active', 'archived'], { error: 'active or archived' }),
  rule: z.string(),
  /** First whole second at which the rule held, epoch seconds. */
  since: epochSecondsSchema,
  decidedAt: epochSecondsSchema,
});
export type Claim = z.infer<typeof claimSchema>;

/** EFS takes user ids up to this one. */
const LARGEST_POSIX_UID = 4_294_967_295;
const POSIX_UID_EXPECTED = `a user id from 0 to ${LARGEST_POSIX_UID}`;

/** ECS's ARN of a task, in a partition, a Region, an account and a cluster of whatever name. */
export const taskArnSchema = z
  .string({ error: 'the ARN of an ECS task' })
  .max(2_048, { error: 'the ARN of an ECS task' })
  .regex(/^arn:aws[a-z-]*:ecs:[a-z0-9-]+:\d{12}:task\/(?:[A-Za-z0-9_-]{1,255}\/)?[0-9a-f-]{32,36}$/, {
    error: 'the ARN of an ECS task',
  });

/** With whatever else is in it: a claim is conditional on the whole map. */
const holdSchema = z.looseObject({
  /** The hold ends at this second (it no longer holds there); without it, when a person ends it. */
  until: epochSecondsSchema.optional(),
  reason: z.string().optional(),
  by: z.string().optional(),
});

/** With whatever else is in it, as a hold. */
const extensionSchema = z.looseObject({
  /** The rules take nothing away before this second; at it they are applied again. */
  until: epochSecondsSchema,
  reason: z.string().optional(),
  by: z.string().optional(),
});

/** What a workspace loses by: its access, or all of it. */
export const lossSchema = z.enum(['archive', 'terminate']);
export type Loss = z.infer<typeof lossSchema>;

/** What an operator wants lost at once, whatever the rules say: with whatever else is in it, as a hold. */
const requestSchema = z.looseObject({
  action: lossSchema,
  /** From this second on, and as long as the last activity lies before it. */
  at: epochSecondsSchema,
  by: z.string(),
  reason: z.string(),
});
const requestedSchema = requestSchema.extend({
  /** The request by which it is archived already: that counts again where this one is taken back and nobody uses it. */
  replaces: requestSchema.extend({ action: z.literal('archive') }).optional(),
});
export type Requested = z.infer<typeof requestedSchema>;

const noticeSchema = z.object({
  /** The deadline that it was given for, epoch seconds. */
  deadline: epochSecondsSchema,
  /** When it was recorded, epoch seconds. */
  at: epochSecondsSchema,
  /** When the loss is made, as it says: that is kept, whoever reads it. Epoch seconds. */
  due: epochSecondsSchema.optional(),
  /** Since when the subscription was what it was then: a notice for an earlier one is none for this. */
  subscriptionEventAt: z.number().optional(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** What can be kept from happening: a loss, or the notice of one. */
export const matterSchema = z.enum(['archive', 'terminate', 'notify-archive', 'notify-terminate']);
export type Matter = z.infer<typeof matterSchema>;

export const heldBackReasonSchema = z.enum(['off', 'observe', 'paused', 'control-invalid', 'budget']);
export type HeldBackReason = z.infer<typeof heldBackReasonSchema>;

const heldBackSchema = z.object({
  matter: matterSchema,
  /** Which deadline of that matter, epoch seconds: another one is another matter. */
  deadline: epochSecondsSchema,
  reason: heldBackReasonSchema,
  /** Since when, epoch seconds. */
  since: epochSecondsSchema,
  /** With `budget`, when its turn comes, epoch seconds; else it waits for `CleanupControl` to change. */
  until: epochSecondsSchema.optional(),
});
export type HeldBack = z.infer<typeof heldBackSchema>;

/** A row of `WorkspaceStatus` as the rules read it. Attributes that it does not name are left alone. */
const workspaceRowSchema = z
  .object({
    clientId: idSchema,
    userId: idSchema,
    subscriptionStatus: subscriptionStatusSchema,
    subscriptionTier: subscriptionTierSchema,
    lastActivity: epochSecondsSchema,
    containerStatus: containerStatusSchema,
    retentionDays: retentionDaysSchema.optional(),
    efsAccessPoint: z
      .string({ error: 'an access point id, fsap-…' })
      .regex(/^fsap-[0-9A-Za-z-]{1,64}$/, { error: 'an access point id, fsap-…' })
      .optional(),
    /** Who owns the files of the home, if it is known. */
    posixUid: z.int({ error: POSIX_UID_EXPECTED }).min(0).max(LARGEST_POSIX_UID).optional(),
    /**
     * The task that runs the workspace, as the launcher or the container itself has said. Only a hint: whoever can write
     * it has no power by it over another's task, nor over the row by writing nonsense.
     */
    taskArn: taskArnSchema.optional().catch(undefined),
    /** As the container says. Nonsense in it is none, so that it keeps nobody from anything. */
    unsavedWork: unsavedWorkSchema.optional().catch(undefined),
    lifecycle: lifecycleSchema.default('active'),
    /** When the subscription became what it is, epoch seconds, if billing has said so. */
    subscriptionEventAt: momentSchema.optional(),
    /** Earliest wake-up known to be armed, epoch seconds. */
    armedFor: epochSecondsSchema.optional(),
    claim: claimSchema.optional(),
    hold: holdSchema.optional(),
    extension: extensionSchema.optional(),
    requested: requestedSchema.optional(),
    /** The last notice of each loss that was sent. */
    notices: z.object({ archive: noticeSchema.optional(), terminate: noticeSchema.optional() }).optional(),
    /** What is due and has been kept from happening. */
    heldBack: heldBackSchema.optional(),
    history: lastEntrySchema.optional(),
  })
  .superRefine((row, context) => {
    const problem = lengthProblem(row);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });
export type WorkspaceRow = z.infer<typeof workspaceRowSchema>;

export type ParsedRow = { kind: 'valid'; row: WorkspaceRow } | { kind: 'invalid'; problems: string[] };

/**
 * Reads a row as it came from the table (plain values, epoch seconds). `now` is in epoch seconds.
 * A row that is not understood in every part is invalid, and nothing is ever done to it: each problem is
 * told with the value and what was expected.
 */
export function parseRow(input: unknown, now: number): ParsedRow {
  const result = workspaceRowSchema.safeParse(input);
  if (!result.success) return { kind: 'invalid', problems: describeProblems(result.error, input) };
  const { lastActivity } = result.data;
  if (lastActivity > now + FUTURE_TOLERANCE_SECONDS) {
    const limit = Math.floor(now) + FUTURE_TOLERANCE_SECONDS;
    return {
      kind: 'invalid',
      problems: [`lastActivity is ${lastActivity}, expected at most ${limit}: it lies in the future`],
    };
  }
  return { kind: 'valid', row: result.data };
}

/** The row, if it is valid. Throws BadInputError 404 if there is none, 409 with every problem if it is not valid. */
export function validRow(input: unknown, key: WorkspaceKey, now: number): WorkspaceRow {
  if (input === undefined)
    throw new BadInputError(`there is no workspace ${showKey(key)}; POST /workspaces makes one`, 404);
  const parsed = parseRow(input, now);
  if (parsed.kind === 'valid') return parsed.row;
  const problems = parsed.problems.join('; ');
  throw new BadInputError(`the row of workspace ${showKey(key)} is not valid: ${problems}`, 409);
}
