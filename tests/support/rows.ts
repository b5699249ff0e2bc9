import { DAY_SECONDS, type Policy } from '../../src/core/policy.ts';
import { type Claim, parseRow, type WorkspaceRow } from '../../src/core/workspace-row.ts';

/** The time of every test that needs one, epoch seconds. */
export const NOW = 1_800_000_000;

/** The numbers that the product starts with. */
export const okPolicy: Policy = {
  retentionDays: { free: 7, pro: 30, enterprise: 90 },
  cancelledGraceDays: 7,
  suspendedGraceDays: 3,
  // Tests of the notices have their own: with these, what is due is done.
  notice: { archive: 0, terminate: 0, minimumTerminate: 0 },
};

/** A row as the table has it: a free workspace that was used a minute ago. */
export const okSeed = {
  clientId: 'acme',
  userId: 'ada',
  subscriptionStatus: 'active',
  subscriptionTier: 'free',
  lastActivity: NOW - 60,
  containerStatus: 'active',
} as const;

/** The same row as the rules read it, with deviations. */
export function rowWith(changes: Partial<WorkspaceRow> = {}): WorkspaceRow {
  return { ...okSeed, lifecycle: 'active', ...changes };
}

/** When a workspace was last used that at NOW is idle for so many days and seconds. */
export function idleFor(days: number, seconds = 0): number {
  return NOW - days * DAY_SECONDS - seconds;
}

/** A claim of the owner `other` that is alive at NOW. */
export function claimWith(changes: Partial<Claim> = {}): Claim {
  return {
    owner: 'other',
    until: NOW + 300,
    action: 'archive',
    step: 'stop-tasks',
    origin: 'active',
    rule: 'retention-free',
    since: NOW - 60,
    decidedAt: NOW - 60,
    ...changes,
  };
}

/** What `parseRow` has against the row, or an empty list. */
export function problemsOf(input: unknown, now: number = NOW): string[] {
  const parsed = parseRow(input, now);
  return parsed.kind === 'invalid' ? parsed.problems : [];
}
