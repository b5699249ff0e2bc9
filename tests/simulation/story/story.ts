import type { Safety } from '../../../src/core/control.ts';
import type { Policy } from '../../../src/core/policy.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type {
  ContainerStatus,
  SubscriptionStatus,
  SubscriptionTier,
} from '../../../src/core/workspace-row.ts';
import type { MischiefRates } from '../engine/mischief.ts';

/** Something that somebody does. `who` is a place in the story's workspaces, `client` in its clients. */
export type Deed =
  /** Billing sends a message, so many times; what it tells of happened `lateSeconds` ago. */
  | {
      what: 'bill';
      client: number;
      status: SubscriptionStatus;
      tier: SubscriptionTier;
      lateSeconds: number;
      times: number;
    }
  | { what: 'provision'; who: number; start: boolean; retentionDays?: number | undefined }
  /** A container says when its workspace was last used: `agoSeconds` before now by its own clock. */
  | { what: 'use'; who: number; agoSeconds: number; by: 'api' | 'table' }
  | { what: 'status'; who: number; status: ContainerStatus }
  /** The user comes back, and tries a few times if there is somebody at work on it. */
  | { what: 'return'; who: number; start: boolean }
  /** A container of the workspace ends by itself. */
  | { what: 'end-task'; who: number }
  | { what: 'hold'; who: number; hours: number | undefined }
  | { what: 'extend'; who: number; hours: number }
  | { what: 'release'; who: number }
  /** An operator wants the workspace lost at once. */
  | { what: 'request'; who: number; action: 'archive' | 'terminate' }
  /** An operator gives an archived workspace back. */
  | { what: 'give-back'; who: number }
  | { what: 'retention'; who: number; days: number | undefined }
  | { what: 'pause' }
  | { what: 'unpause' }
  | { what: 'enforcement'; enforcement: 'off' | 'observe' | 'enforce'; client?: number | undefined }
  | { what: 'budgets'; archive: number; terminate: number }
  /** Somebody writes nonsense into the table, and somebody mends it. */
  | { what: 'spoil'; who: number; attribute: string; value: unknown }
  | { what: 'mend'; who: number }
  | { what: 'spoil-control' }
  | { what: 'mend-control' }
  /** A row names what belongs to another workspace. */
  | { what: 'point-elsewhere'; who: number; whose: number; at: 'access-point' | 'task' }
  /** Something calls the deadline handler with what is no workspace, or for one on which nothing is due. */
  | { what: 'stray-wake-up'; payload: unknown }
  /** New code is deployed, with these limits; whatever runs is ended in the middle. */
  | { what: 'deploy'; policy: number }
  | { what: 'outage'; of: OutageOf; seconds: number }
  | { what: 'lose-schedules' };

export type OutageOf = 'timers' | 'tasks' | 'accessPoints' | 'files' | 'control';

/** `after`: seconds since the story began. No other deed of the story has the same name; chance goes by it. */
export type TimedDeed = Deed & { after: number; name: string };

/** How the world is when nothing goes wrong, all in seconds. */
export interface Conditions {
  /** No clock is off by more. */
  skewSeconds: number;
  /** A call gets there within this. */
  callSeconds: number;
  /** A schedule fires within this after its time. */
  lateSeconds: number;
  /** A container stops within this, once it was asked to. */
  stopSeconds: number;
}

/** As on AWS on a bad day: clocks differ by up to four seconds, the design allows five. */
export const BAD_DAY: Conditions = { skewSeconds: 2, callSeconds: 0.02, lateSeconds: 60, stopSeconds: 120 };

/** All that happens to a small fleet, except by itself. The same story is always played in the same way. */
export interface Story {
  seed: number;
  /** Epoch seconds. */
  start: number;
  clients: string[];
  workspaces: WorkspaceKey[];
  /** The first is deployed when it begins. */
  policies: Policy[];
  safety: Safety;
  /** So many wake-ups are served at a time. */
  concurrency: number;
  mischief: MischiefRates;
  conditions: Conditions;
  /** Until then anything may go wrong, in seconds since the beginning; from then on nothing does. */
  chaosSeconds: number;
  deeds: TimedDeed[];
  /** Of all that would go wrong by itself, only this does; without it, all. */
  only?: string[];
}

/** A story that broke a promise, as it is kept. */
export interface KeptStory {
  promise: string;
  message: string;
  /** Of the code that broke it. */
  commit: string;
  story: Story;
}

/** The workspace in this place of a story. */
export function keyOf(who: number, { workspaces }: Pick<Story, 'workspaces'>): WorkspaceKey {
  const key = workspaces[who];
  if (key === undefined) throw new Error(`the story has no workspace ${who}`);
  return { ...key };
}
