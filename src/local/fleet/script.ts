import { DAY_SECONDS } from '../../core/policy.ts';
import type { SubscriptionStatus, SubscriptionTier } from '../../core/workspace-row.ts';

/** Something that happens to the sample fleet, `at` seconds after its start. */
export type Scene = { at: number } & (
  | { kind: 'billing'; clientId: string; status: SubscriptionStatus; tier: SubscriptionTier; note: string }
  /** Stripe's event says when it was made (`created`, seconds after the start); it may arrive later. */
  | {
      kind: 'stripe';
      clientId: string;
      subscription: string;
      status: string;
      tier: string;
      created: number;
      note: string;
    }
  | { kind: 'provision'; workspace: string; retentionDays?: number }
  | { kind: 'activity'; workspace: string }
  | { kind: 'hold'; workspace: string; until: number; reason: string }
  /** A row that no rule can be applied to, as a broken container might write it. */
  | { kind: 'broken-row'; workspace: string; note: string }
);

/** A change that the rules owe, `at` seconds after the start. */
export interface Expectation {
  at: number;
  becomes: 'archived' | 'active' | 'terminated';
}

export interface Member {
  /** `client/user`. */
  workspace: string;
  /** What it is there to show, in a few words. */
  shows: string;
  /** Every change of its lifecycle, in order; it must have no others. */
  expected: Expectation[];
}

const days = (count: number) => count * DAY_SECONDS;
/** The first whole second at which a workspace has been idle for longer than `limit` days since day `since`. */
const idleFrom = (since: number, limit: number) => days(since + limit) + 1;

/** About a dozen workspaces that meet every rule and every transition. Written by hand, not computed from the rules. */
export const MEMBERS: readonly Member[] = [
  {
    workspace: 'acme/ada',
    shows: 'free, never used again',
    expected: [{ at: idleFrom(0, 7), becomes: 'archived' }],
  },
  {
    workspace: 'acme/bo',
    shows: 'free, used until day 6.5',
    expected: [{ at: idleFrom(6.5, 7), becomes: 'archived' }],
  },
  {
    workspace: 'acme/cy',
    shows: 'free, retentionDays 14',
    expected: [{ at: idleFrom(0, 14), becomes: 'archived' }],
  },
  {
    workspace: 'globex/gil',
    shows: 'pro, never used again',
    expected: [{ at: idleFrom(0, 30), becomes: 'archived' }],
  },
  {
    workspace: 'globex/gwen',
    shows: 'pro, held until day 40',
    expected: [{ at: days(40), becomes: 'archived' }],
  },
  {
    workspace: 'initech/eve',
    shows: 'enterprise, never used again',
    expected: [{ at: idleFrom(0, 90), becomes: 'archived' }],
  },
  {
    workspace: 'umbrella/uma',
    shows: 'suspended on day 2, pays on day 6',
    expected: [
      { at: idleFrom(0, 3), becomes: 'archived' },
      { at: days(6), becomes: 'active' },
      { at: idleFrom(0, 30), becomes: 'archived' },
    ],
  },
  {
    workspace: 'umbrella/ula',
    shows: 'the same, still used on day 2.5',
    expected: [
      { at: idleFrom(2.5, 3), becomes: 'archived' },
      { at: days(6), becomes: 'active' },
      { at: idleFrom(2.5, 30), becomes: 'archived' },
    ],
  },
  {
    workspace: 'massive/mo',
    shows: 'suspended when idle for 10 days',
    expected: [{ at: days(10), becomes: 'archived' }],
  },
  {
    workspace: 'hooli/hal',
    shows: 'cancelled on day 1',
    expected: [{ at: idleFrom(0, 7), becomes: 'terminated' }],
  },
  {
    workspace: 'hooli/hana',
    shows: 'cancelled, retentionDays 2',
    expected: [
      { at: idleFrom(0, 2), becomes: 'archived' },
      { at: idleFrom(0, 7), becomes: 'terminated' },
    ],
  },
  {
    workspace: 'soylent/sol',
    shows: 'cancels, subscribes anew, late deletion',
    expected: [{ at: idleFrom(0, 30), becomes: 'archived' }],
  },
  {
    workspace: 'stark/tony',
    shows: 'free, enterprise from day 6',
    expected: [{ at: idleFrom(0, 90), becomes: 'archived' }],
  },
  { workspace: 'wayne/wes', shows: 'lastActivity in milliseconds', expected: [] },
];

const subscribe = (clientId: string, tier: SubscriptionTier): Scene => ({
  at: 0,
  kind: 'billing',
  clientId,
  status: 'active',
  tier,
  note: `${clientId} subscribes: ${tier}`,
});
const provision = (workspace: string, retentionDays?: number): Scene => ({
  at: 0,
  kind: 'provision',
  workspace,
  ...(retentionDays !== undefined && { retentionDays }),
});

/** What happens to them, in order of time. */
export const SCENES: readonly Scene[] = [
  subscribe('acme', 'free'),
  subscribe('globex', 'pro'),
  subscribe('initech', 'enterprise'),
  subscribe('umbrella', 'pro'),
  subscribe('massive', 'pro'),
  subscribe('hooli', 'pro'),
  subscribe('stark', 'free'),
  {
    at: 0,
    kind: 'stripe',
    clientId: 'soylent',
    subscription: 'sub_old',
    status: 'active',
    tier: 'pro',
    created: 0,
    note: 'soylent subscribes: pro',
  },
  provision('acme/ada'),
  provision('acme/bo'),
  provision('acme/cy', 14),
  provision('globex/gil'),
  provision('globex/gwen'),
  provision('initech/eve'),
  provision('umbrella/uma'),
  provision('umbrella/ula'),
  provision('massive/mo'),
  provision('hooli/hal'),
  provision('hooli/hana', 2),
  provision('soylent/sol'),
  provision('stark/tony'),
  { at: 0, kind: 'broken-row', workspace: 'wayne/wes', note: 'a container reports milliseconds' },
  {
    at: days(1),
    kind: 'billing',
    clientId: 'hooli',
    status: 'cancelled',
    tier: 'pro',
    note: 'hooli cancels',
  },
  {
    at: days(2),
    kind: 'billing',
    clientId: 'umbrella',
    status: 'suspended',
    tier: 'pro',
    note: 'umbrella does not pay',
  },
  { at: days(2.5), kind: 'activity', workspace: 'umbrella/ula' },
  { at: days(3), kind: 'activity', workspace: 'acme/bo' },
  {
    at: days(3),
    kind: 'stripe',
    clientId: 'soylent',
    subscription: 'sub_old',
    status: 'canceled',
    tier: 'pro',
    created: days(3),
    note: 'soylent cancels',
  },
  { at: days(4), kind: 'hold', workspace: 'globex/gwen', until: days(40), reason: 'on leave, keep it' },
  {
    at: days(5),
    kind: 'stripe',
    clientId: 'soylent',
    subscription: 'sub_new',
    status: 'active',
    tier: 'pro',
    created: days(5),
    note: 'soylent subscribes anew',
  },
  {
    at: days(6),
    kind: 'billing',
    clientId: 'umbrella',
    status: 'active',
    tier: 'pro',
    note: 'umbrella pays',
  },
  {
    at: days(6),
    kind: 'billing',
    clientId: 'stark',
    status: 'active',
    tier: 'enterprise',
    note: 'stark upgrades: enterprise',
  },
  {
    at: days(6),
    kind: 'stripe',
    clientId: 'soylent',
    subscription: 'sub_old',
    status: 'deleted',
    tier: 'pro',
    created: days(5.5),
    note: "late: soylent's old subscription is deleted",
  },
  { at: days(6.5), kind: 'activity', workspace: 'acme/bo' },
  {
    at: days(10),
    kind: 'billing',
    clientId: 'massive',
    status: 'suspended',
    tier: 'pro',
    note: 'massive does not pay',
  },
];

/** When the last change is due and a day more has passed: whatever has not happened by then will not. */
export const END_SECONDS =
  Math.max(...MEMBERS.flatMap(({ expected }) => expected.map(({ at }) => at))) + DAY_SECONDS;
