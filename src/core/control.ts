import * as z from 'zod';
import { describeProblems } from './describe-problems.ts';
import type { Limits } from './policy.ts';
import { idSchema } from './workspace-key.ts';
import {
  epochSecondsSchema,
  type HeldBackReason,
  lastEntrySchema,
  type Matter,
  retentionDaysSchema,
} from './workspace-row.ts';

/**
 * What is done with what has been decided: nothing at all; it is recorded and published as what would have been done; or
 * it is done.
 */
export const enforcementSchema = z.enum(['off', 'observe', 'enforce'], { error: 'off, observe or enforce' });
export type Enforcement = z.infer<typeof enforcementSchema>;

/** Nobody has ten million workspaces that end within one hour. */
export const MOST_PER_HOUR = 9_999_999;
const BUDGET_EXPECTED = `whole actions per hour from 0 to ${MOST_PER_HOUR}`;
const budgetSchema = z
  .int({ error: BUDGET_EXPECTED })
  .min(0, { error: BUDGET_EXPECTED })
  .max(MOST_PER_HOUR, { error: BUDGET_EXPECTED });

const PERCENT_EXPECTED = 'whole percent from 0 to 100';
const percentSchema = z
  .int({ error: PERCENT_EXPECTED })
  .min(0, { error: PERCENT_EXPECTED })
  .max(100, { error: PERCENT_EXPECTED });

/** Whom `enforce` is for; the others are observed. */
export const rolloutSchema = z.object({
  clients: z.array(idSchema).default([]),
  percent: percentSchema.default(0),
});
export type Rollout = z.infer<typeof rolloutSchema>;

const limitsSchema = z.object({
  retentionDays: z.object({
    free: retentionDaysSchema,
    pro: retentionDaysSchema,
    enterprise: retentionDaysSchema,
  }),
  cancelledGraceDays: retentionDaysSchema,
  suspendedGraceDays: retentionDaysSchema,
});

const budgetsSchema = z.object({ archive: budgetSchema, terminate: budgetSchema });
const safetySchema = z.object({
  enforcement: enforcementSchema,
  budgets: budgetsSchema,
  /** What one client may have of a budget, percent from 1 to 100. */
  percentPerClient: percentSchema,
  /** The system pauses when more actions than this have been put off within an hour. */
  pauseAtPutOff: budgetsSchema,
});
/** What the installation says where nobody has set anything. */
export type Safety = z.infer<typeof safetySchema>;

/** What people may set while the system runs. */
const settingsSchema = z.object({
  /** Undefined: as the installation says. */
  enforcement: enforcementSchema.optional(),
  /** Clients for which it is another. */
  clients: z.record(idSchema, enforcementSchema).default({}),
  rollout: rolloutSchema.optional(),
  /** Set, nothing is taken from anybody. */
  pause: z.object({ at: epochSecondsSchema, by: z.string(), reason: z.string() }).optional(),
  /** Undefined: as the installation says. 0 lets nothing through. */
  budgets: z.object({ archive: budgetSchema.optional(), terminate: budgetSchema.optional() }).default({}),
  /** The limits that the rules go by, as the deadline handler noted them, and those before. */
  limits: limitsSchema.optional(),
  former: z.array(limitsSchema.extend({ until: epochSecondsSchema })).default([]),
  /** What the installation says, as the deadline handler noted it, for those who look from outside. */
  installation: safetySchema.optional(),
});
export type ControlSettings = z.infer<typeof settingsSchema>;

const controlSchema = settingsSchema.extend({
  /** Counts the changes. */
  revision: z.int().min(0).default(0),
  /** The last entry of `WorkspaceHistory` about the system itself. */
  history: lastEntrySchema.optional(),
});

/** The item of `CleanupControl` that says what may be done. */
export type Control = z.infer<typeof controlSchema>;
export type ParsedControl = { kind: 'valid'; control: Control } | { kind: 'invalid'; problems: string[] };

/** Reads the item (plain values; undefined where nobody has set anything yet). Not understood, nothing may be done. */
export function parseControl(input: unknown): ParsedControl {
  const result = controlSchema.safeParse(input ?? {});
  if (result.success) return { kind: 'valid', control: result.data };
  return { kind: 'invalid', problems: describeProblems(result.error, input) };
}

/** What is set, checked: e.g. what an operator asks for. The problems say value and range. */
export function checkSettings(
  input: unknown,
): { kind: 'valid'; settings: ControlSettings } | { kind: 'invalid'; problems: string[] } {
  const result = settingsSchema.safeParse(input);
  if (result.success) return { kind: 'valid', settings: result.data };
  return { kind: 'invalid', problems: describeProblems(result.error, input) };
}

/** What is done for a client: what is set for it alone, else what is set for all, as far as that is rolled out. */
export function enforcementFor(control: ControlSettings, clientId: string, safety: Safety): Enforcement {
  const own = Object.hasOwn(control.clients, clientId) ? control.clients[clientId] : undefined;
  if (own !== undefined) return own;
  const common = control.enforcement ?? safety.enforcement;
  const { rollout } = control;
  if (common !== 'enforce' || rollout === undefined) return common;
  const isIn = rollout.clients.includes(clientId) || percentileOf(clientId) < rollout.percent;
  return isIn ? 'enforce' : 'observe';
}

/**
 * Whether this may happen to a workspace of the client now, or what keeps it from happening. A notice takes nothing away,
 * so it goes out during a pause: who comes back from one finds the notice period running.
 */
export function permissionFor(
  control: ControlSettings,
  clientId: string,
  matter: Matter,
  safety: Safety,
): 'go' | HeldBackReason {
  const enforcement = enforcementFor(control, clientId, safety);
  if (enforcement !== 'enforce') return enforcement;
  const isLoss = matter === 'archive' || matter === 'terminate';
  return isLoss && control.pause !== undefined ? 'paused' : 'go';
}

const FNV_OFFSET = 2_166_136_261;
const FNV_PRIME = 16_777_619;

/**
 * Where a client stands in a rollout by percent, from 0 (included) to 100 (not included): the same for ever, and spread
 * evenly, so that who is in at 5 % is also in at 10 %. FNV-1a over the id, with murmur3's finish, as short ids differ in
 * their last bits alone.
 */
export function percentileOf(clientId: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < clientId.length; index += 1) {
    hash = Math.imul(hash ^ clientId.charCodeAt(index), FNV_PRIME);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) % 10_000) / 100;
}

/** How long an older version of a function may still be at work after a deployment, in seconds, and then some. */
const DEPLOYMENT_SECONDS = 3_600;
/** Limits that were in force before so many others are not remembered. */
const MOST_FORMER = 10;

/** What the deadline handler goes by, and notes where others can see it. */
export type Noted = Pick<ControlSettings, 'limits' | 'former' | 'installation'>;

/**
 * What to note when a function goes by other limits, or other settings of the installation, than the last one did; undefined
 * where there is nothing to note. Limits that have only just been replaced are those of a function that a deployment has not
 * ended yet.
 */
export function noteLimits(
  { limits: noted, former, installation: known }: ControlSettings,
  { retentionDays, cancelledGraceDays, suspendedGraceDays }: Limits,
  installation: Safety,
  now: number,
): Noted | undefined {
  const limits = { retentionDays, cancelledGraceDays, suspendedGraceDays };
  if (noted === undefined) return { limits, former, installation };
  const last = former.at(-1);
  if (last && isSame(last, limits) && now < last.until + DEPLOYMENT_SECONDS) return undefined;
  if (!isSame(noted, limits)) {
    return {
      limits,
      former: [...former, { ...noted, until: Math.ceil(now) }].slice(-MOST_FORMER),
      installation,
    };
  }
  return isSameSafety(known, installation) ? undefined : { limits, former, installation };
}

function isSameSafety(a: Safety | undefined, b: Safety): boolean {
  return (
    a?.enforcement === b.enforcement &&
    a.percentPerClient === b.percentPerClient &&
    isSameBudget(a.budgets, b.budgets) &&
    isSameBudget(a.pauseAtPutOff, b.pauseAtPutOff)
  );
}

function isSameBudget(a: Safety['budgets'], b: Safety['budgets']): boolean {
  return a.archive === b.archive && a.terminate === b.terminate;
}

function isSame(a: Limits, b: Limits): boolean {
  return (
    a.cancelledGraceDays === b.cancelledGraceDays &&
    a.suspendedGraceDays === b.suspendedGraceDays &&
    a.retentionDays.free === b.retentionDays.free &&
    a.retentionDays.pro === b.retentionDays.pro &&
    a.retentionDays.enterprise === b.retentionDays.enterprise
  );
}
