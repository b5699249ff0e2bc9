import fc from 'fast-check';
import { DAY_SECONDS, type Policy } from '../../src/core/policy.ts';
import type { Claim, Lifecycle, WorkspaceRow } from '../../src/core/workspace-row.ts';
import { candidateSeconds } from './brute-force-policy.ts';
import { NOW, rowWith } from './rows.ts';

/** Small numbers of days meet each other often, which is where the rules overlap; the bounds are in it too. */
const days = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(30, 90, 36_500) },
);

export const policies: fc.Arbitrary<Policy> = fc.record({
  retentionDays: fc.record({ free: days, pro: days, enterprise: days }),
  cancelledGraceDays: days,
  suspendedGraceDays: days,
  unsavedWorkExtraDays: fc.constantFrom(0, 0, 1, 3),
  notice: fc.constant({ archive: 0, terminate: 0, minimumTerminate: 0 }),
});

export const lifecycles = fc.constantFrom<Lifecycle>(
  'active',
  'archiving',
  'archived',
  'restoring',
  'terminating',
  'terminated',
);

export const stableLifecycles = fc.constantFrom<Lifecycle>('active', 'archived', 'terminated');

const someTime = fc.integer({ min: NOW - 15 * DAY_SECONDS, max: NOW + 15 * DAY_SECONDS });
const optionalTime = fc.option(someTime, { nil: undefined });

const holds = fc.option(
  optionalTime.map((until) => (until === undefined ? {} : { until })),
  { nil: undefined, freq: 3 },
);

const extensions = fc.option(
  someTime.map((until) => ({ until })),
  { nil: undefined, freq: 2 },
);

const requests = fc.option(
  fc.record({
    action: fc.constantFrom<'archive' | 'terminate'>('archive', 'terminate'),
    at: someTime,
    by: fc.constant('ops'),
    reason: fc.constant('asked'),
  }),
  { nil: undefined, freq: 2 },
);

const claims: fc.Arbitrary<Claim> = fc.record({
  owner: fc.constantFrom('self', 'other'),
  until: someTime,
  action: fc.constantFrom('archive', 'terminate', 'restore'),
  step: fc.constantFrom('stop-tasks', 'remove-access', 'delete-files', 'give-access'),
  origin: fc.constantFrom('active', 'archived'),
  rule: fc.constant('retention-free'),
  since: someTime,
  decidedAt: someTime,
});

/** Drops what is undefined: a row has an attribute or has it not. */
function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** Rows in `active` with nothing armed, as different as the rules can tell. */
export const activeRows: fc.Arbitrary<WorkspaceRow> = fc
  .record({
    subscriptionStatus: fc.constantFrom('active', 'suspended', 'cancelled'),
    subscriptionTier: fc.constantFrom('free', 'pro', 'enterprise'),
    containerStatus: fc.constantFrom('active', 'idle', 'terminated'),
    lastActivity: someTime,
    retentionDays: fc.option(days, { nil: undefined }),
    hold: holds,
    extension: extensions,
    requested: requests,
    unsavedWork: fc.constantFrom(
      undefined,
      undefined,
      { changes: 0, commits: 0 },
      { changes: 2, commits: 0 },
      { changes: 0, commits: 1 },
    ),
  })
  .map((changes) => rowWith(present(changes) as Partial<WorkspaceRow>));

/** Rows at rest: active, archived or terminated, without a claim. */
export const restingRows: fc.Arbitrary<WorkspaceRow> = fc
  .tuple(activeRows, stableLifecycles)
  .map(([row, lifecycle]) => ({ ...row, lifecycle }));

/** Every row that the table can hold. */
export const rows: fc.Arbitrary<WorkspaceRow> = fc
  .tuple(activeRows, lifecycles, fc.option(claims, { nil: undefined }), optionalTime)
  .map(([row, lifecycle, claim, armedFor]) => ({
    ...row,
    lifecycle,
    ...(present({ claim, armedFor }) as Partial<WorkspaceRow>),
  }));

/** A time that is likely to lie right at something that matters to the row; whole seconds. */
export function timesAround(row: WorkspaceRow, policy: Policy): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(...candidateSeconds(row, policy)), someTime);
}

/** A row of `of`, a policy, and a time as above. */
export function situations(
  of: fc.Arbitrary<WorkspaceRow>,
): fc.Arbitrary<{ row: WorkspaceRow; policy: Policy; now: number }> {
  return fc
    .tuple(of, policies)
    .chain(([row, policy]) => timesAround(row, policy).map((now) => ({ row, policy, now })));
}

/** Part of a second: clocks have it, the rules do not. */
export const fractions = fc.constantFrom(0, 0.001, 0.25, 0.5, 0.999);
