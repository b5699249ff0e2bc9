import * as z from 'zod';
import { hasUnsavedWork, idleLimitSeconds, type Limits, type Rule } from './policy.ts';
import { showKey } from './workspace-key.ts';
import {
  heldBackReasonSchema,
  lifecycleSchema,
  lossSchema,
  matterSchema,
  momentSchema,
  subscriptionStatusSchema,
  subscriptionTierSchema,
  unsavedWorkSchema,
  type WorkspaceRow,
} from './workspace-row.ts';

/** In place of a workspace, in entries about the system itself. No workspace is called that: ids have no `#`. */
export const SYSTEM = '#cleanup';

/** What happened, of which `WorkspaceHistory` tells. */
export const historyKindSchema = z.enum([
  // A claim: from here on the transition is under way.
  'archiving',
  'terminating',
  'restoring',
  // A transition that has come to its end.
  'archived',
  'terminated',
  'restored',
  /** Notice was given. */
  'expiring',
  /** Something was due and kept from happening. */
  'held-back',
  /** An operator keeps the workspace, gives it back to the rules, or moves its deadline. */
  'held',
  'released',
  'extended',
  /** An operator wants the workspace archived, or terminated, at once. */
  'requested',
  /** The user of an archived workspace came back. */
  'returned',
  // Of the system:
  'paused',
  'unpaused',
  'control-changed',
  'limits-changed',
]);
export type HistoryKind = z.infer<typeof historyKindSchema>;

/** What the rules went by, with its values at that moment. Times in epoch seconds. */
const inputsSchema = z.object({
  subscriptionStatus: subscriptionStatusSchema,
  subscriptionTier: subscriptionTierSchema,
  lastActivity: z.number(),
  idleSeconds: z.number(),
  /** The limit of the rule; absent where the rule has none. */
  idleLimitSeconds: z.number().optional(),
  retentionDays: z.number().optional(),
  subscriptionEventAt: z.number().optional(),
  holdUntil: z.number().optional(),
  extensionUntil: z.number().optional(),
  /** When an operator asked for it. */
  requestedAt: z.number().optional(),
  /** Counts of what is nowhere but in the workspace, as its container has last said. */
  unsavedWork: unsavedWorkSchema.optional(),
});
export type HistoryInputs = z.infer<typeof inputsSchema>;

export const historyEntrySchema = z.object({
  /** `client/user`, or `#cleanup` for the system itself. */
  workspace: z.string(),
  /** Counts the entries of that workspace, from 1 and without a gap. */
  sequence: z.int().min(1),
  /** When it was done, epoch seconds with milliseconds; never before the entry before. */
  at: momentSchema,
  what: historyKindSchema,
  /** Who did it: `policy`, `user`, `budget`, or the operator's name. */
  by: z.string(),
  /** The state of the workspace from then on; absent in entries about the system. */
  lifecycle: lifecycleSchema.optional(),
  rule: z.string().optional(),
  inputs: inputsSchema.optional(),
  /** Of `expiring` and `requested` what will be lost; of `held-back` what has not happened. */
  loss: lossSchema.optional(),
  matter: matterSchema.optional(),
  /** From when on the rules called for it, epoch seconds. */
  deadline: momentSchema.optional(),
  /** When it is, or was, to be done: the deadline, or later where the notice of it was to run first. Epoch seconds. */
  due: momentSchema.optional(),
  /** How long after `due` it was done. */
  latenessSeconds: z.number().optional(),
  /** What kept it from happening. */
  heldBackBy: heldBackReasonSchema.optional(),
  /** What people said of it. */
  reason: z.string().optional(),
  /** Until when: a hold, an extension, a turn in the budget. Epoch seconds. */
  until: momentSchema.optional(),
  /** What was set, of entries about the system. */
  settings: z.record(z.string(), z.unknown()).optional(),
});
/** One entry of `WorkspaceHistory`. */
export type HistoryEntry = z.infer<typeof historyEntrySchema>;

/** What whoever writes an entry says of it; the rest follows from what it is about. */
export type Happening = Omit<HistoryEntry, 'workspace' | 'sequence' | 'at'>;

/** The last entry that something knows of itself. */
type LastEntry = Pick<HistoryEntry, 'sequence' | 'at'> | undefined;

/** The next entry about a workspace, as of `now` (epoch seconds). */
export function entryOf(row: WorkspaceRow, happening: Happening, now: number): HistoryEntry {
  return { workspace: showKey(row), ...after(row.history, now), ...happening };
}

/** The next entry about the system itself. */
export function systemEntry(last: LastEntry, happening: Happening, now: number): HistoryEntry {
  return { workspace: SYSTEM, ...after(last, now), ...happening };
}

/** Clocks of two handlers differ; the order of what they did does not. */
function after(last: LastEntry, now: number): Pick<HistoryEntry, 'sequence' | 'at'> {
  const at = Math.round(now * 1_000) / 1_000;
  return { sequence: (last?.sequence ?? 0) + 1, at: Math.max(at, last?.at ?? 0) };
}

/** What the rules went by when they said this of the row. */
export function inputsOf(
  row: WorkspaceRow,
  { rule, idleSeconds }: { rule: Rule; idleSeconds: number },
  limits: Limits,
): HistoryInputs {
  const idleLimit = idleLimitSeconds(rule, row, limits);
  return {
    subscriptionStatus: row.subscriptionStatus,
    subscriptionTier: row.subscriptionTier,
    lastActivity: row.lastActivity,
    idleSeconds,
    ...(idleLimit !== undefined && { idleLimitSeconds: idleLimit }),
    ...(row.retentionDays !== undefined && { retentionDays: row.retentionDays }),
    ...(row.subscriptionEventAt !== undefined && { subscriptionEventAt: row.subscriptionEventAt }),
    ...(row.hold?.until !== undefined && { holdUntil: row.hold.until }),
    ...(row.extension !== undefined && { extensionUntil: row.extension.until }),
    ...(row.requested !== undefined && { requestedAt: row.requested.at }),
    ...(row.unsavedWork !== undefined && hasUnsavedWork(row) && { unsavedWork: row.unsavedWork }),
  };
}

/** Who does what this rule calls for, and why, if people have said so: an operator, or the policy. */
export function whoBy({ requested }: WorkspaceRow, rule: string): Pick<HistoryEntry, 'by' | 'reason'> {
  if (rule !== 'operator-request' || requested === undefined) return { by: 'policy' };
  return { by: requested.by, reason: requested.reason };
}

/** The sort key of an entry: by time, and within one moment by number, e.g. `2026-01-31T12:00:00.000Z#00000012`. */
export function entryKey({ at, sequence }: Pick<HistoryEntry, 'at' | 'sequence'>): string {
  return `${new Date(Math.round(at * 1_000)).toISOString()}#${String(sequence).padStart(8, '0')}`;
}
