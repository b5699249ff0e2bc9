import { DAY_SECONDS } from '../../core/policy.ts';

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

export const days = (count: number) => count * DAY_SECONDS;
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
    workspace: 'acme/dot',
    shows: 'free, back on day 9',
    expected: [
      { at: idleFrom(0, 7), becomes: 'archived' },
      { at: days(9), becomes: 'active' },
      { at: idleFrom(9, 7), becomes: 'archived' },
    ],
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
  {
    workspace: 'acme/eli',
    shows: 'free, extended until day 12',
    expected: [{ at: days(12), becomes: 'archived' }],
  },
  {
    workspace: 'wonka/wil',
    shows: 'free, observed only until day 15',
    expected: [{ at: days(15), becomes: 'archived' }],
  },
  {
    workspace: 'pied/pip',
    shows: 'due on day 20, paused until day 21',
    expected: [{ at: days(21), becomes: 'archived' }],
  },
  { workspace: 'wayne/wes', shows: 'lastActivity in milliseconds', expected: [] },
];
