import { DAY_SECONDS } from '../../core/policy.ts';
import type { SubscriptionStatus, SubscriptionTier } from '../../core/workspace-row.ts';
import type { ControlChange } from '../../handlers/change-control.ts';
import { days, MEMBERS } from './members.ts';

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
  /** Its user comes back, and wants it to run. */
  | { kind: 'resume'; workspace: string }
  /** An operator keeps a workspace, moves its deadline, or changes what may be done. Times in seconds after the start. */
  | { kind: 'hold'; workspace: string; until: number; reason: string }
  | { kind: 'extend'; workspace: string; until: number; reason: string }
  | { kind: 'control'; change: ControlChange }
  /** A row that no rule can be applied to, as a broken container might write it. */
  | { kind: 'broken-row'; workspace: string; note: string }
);

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
  subscribe('wonka', 'free'),
  subscribe('pied', 'free'),
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
  provision('acme/dot'),
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
  provision('acme/eli'),
  provision('wonka/wil'),
  provision('pied/pip', 20),
  {
    at: 0,
    kind: 'control',
    change: { kind: 'enforcement', clientId: 'wonka', enforcement: 'observe' },
  },
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
  { at: days(5), kind: 'extend', workspace: 'acme/eli', until: days(12), reason: 'back from holiday then' },
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
  { at: days(9), kind: 'resume', workspace: 'acme/dot' },
  {
    at: days(10),
    kind: 'billing',
    clientId: 'massive',
    status: 'suspended',
    tier: 'pro',
    note: 'massive does not pay',
  },
  {
    at: days(15),
    kind: 'control',
    change: { kind: 'enforcement', clientId: 'wonka', enforcement: undefined },
  },
  { at: days(19.5), kind: 'control', change: { kind: 'pause', reason: 'a look at the bills' } },
  { at: days(21), kind: 'control', change: { kind: 'resume' } },
];

/** When the last change is due and a day more has passed: whatever has not happened by then will not. */
export const END_SECONDS =
  Math.max(...MEMBERS.flatMap(({ expected }) => expected.map(({ at }) => at))) + DAY_SECONDS;
