import type { HistoryEntry } from '../../core/history.ts';
import type { Action, Rule } from '../../core/policy.ts';
import type {
  ContainerStatus,
  Lifecycle,
  Loss,
  SubscriptionStatus,
  SubscriptionTier,
} from '../../core/workspace-row.ts';
import type { WorkspaceState } from '../../core/workspace-state.ts';

/** What the console's server tells its page, as JSON. Types alone: the page has no code of the server. Times in epoch seconds. */

/** `invalid`: the row is not understood, and nothing is ever done to it. */
export type ShownLifecycle = Lifecycle | 'invalid';
export type ShownState = WorkspaceState | 'invalid';

/** What a workspace loses next if nobody writes its row. */
export interface NextLoss {
  loss: Loss;
  /** When it will be made, notice included; in the past where it is due since then. */
  at: number;
}

/** A line of the table. */
export interface WorkspaceLine {
  clientId: string;
  userId: string;
  lifecycle: ShownLifecycle;
  state: ShownState;
  tier: SubscriptionTier | undefined;
  status: SubscriptionStatus | undefined;
  container: ContainerStatus | undefined;
  lastActivity: number | undefined;
  next: NextLoss | undefined;
}

export const SORT_KEYS = ['next', 'workspace', 'idle', 'lifecycle', 'state', 'tier', 'status'] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/** A page of the table. */
export interface WorkspacePage {
  now: number;
  version: number;
  /** All that match, on whichever page. */
  total: number;
  lines: WorkspaceLine[];
}

/** What is due within one hour or one day that begins at `at`. */
export interface DueSlot {
  at: number;
  archive: number;
  terminate: number;
}

/** One thing that was done, and how long after it was due. */
export interface Lateness {
  workspace: string;
  what: 'archived' | 'terminated';
  at: number;
  seconds: number;
}

/** How far the fleet has been read. */
export interface Loading {
  kind: 'reading' | 'ready' | 'failed';
  rows: number;
  /** Read units that it took so far. */
  readUnits: number;
  /** Why it failed, and what to do. */
  problem: string | undefined;
  /** When it was read from beginning to end, of the clock of the machine; undefined before. */
  finishedAt: number | undefined;
}

export interface BudgetUse {
  perHour: number;
  perClient: number;
  used: number;
}

/** What may be done. */
export interface ControlShown {
  pause: { at: number; by: string; reason: string } | undefined;
  enforcement: string;
  clients: Record<string, string>;
  rollout: { clients: string[]; percent: number } | undefined;
  budgets: Record<Loss, BudgetUse>;
  /** Why CleanupControl is not understood, so that nothing is done; empty if it is. */
  problems: string[];
}

/** The fleet at a glance. */
export interface Overview {
  now: number;
  version: number;
  loading: Loading;
  total: number;
  lifecycle: Partial<Record<ShownLifecycle, number>>;
  tier: Partial<Record<SubscriptionTier, number>>;
  status: Partial<Record<SubscriptionStatus, number>>;
  state: Partial<Record<ShownState, number>>;
  /** The next 48 hours and the next 30 days; the first slot is the hour, or the day, of now. */
  hours: DueSlot[];
  days: DueSlot[];
  /** Due, and not done for more than two minutes, though nothing keeps it from happening. */
  overdue: number;
  /** The nearest ones. */
  upcoming: WorkspaceLine[];
  /** Archives and terminations that were begun, by day in UTC, the last day today. */
  actions: { day: string; archive: number; terminate: number }[];
  lateness: Lateness[];
  /** The latest things that happened. */
  recent: HistoryEntry[];
  control: ControlShown;
  saved: Saved;
}

/** What archived and terminated workspaces have not used. */
export interface Saved {
  archived: number;
  terminated: number;
  /** Hours since each of them lost its container, added up. */
  hours: number;
}

/** A rule that was tried on a workspace. */
export interface RuleTried {
  rule: Rule;
  action: Loss;
  /** e.g. `the subscription is cancelled`. */
  when: string;
  /** Whether that is so. */
  applies: boolean;
  /** What the rule would need, e.g. `the subscription is active`; empty where it applies. */
  why: string;
  idleSeconds: number;
  /** Idle longer than this; undefined where it does not apply. */
  idleLimitSeconds: number | undefined;
  /** The first second at which it holds, or held. */
  holdsFrom: number | undefined;
  outcome: 'decides' | 'holds' | 'waits' | 'not-applicable';
}

/** Why a workspace is where it is, in plain words. */
export interface Explanation {
  /** One sentence: what happens next, and why. */
  headline: string;
  action: Action;
  rule: Rule;
  idleSeconds: number;
  next: NextLoss | undefined;
  /** When access is given back, if that comes first, epoch seconds; not after now where it is due. */
  restoreAt: number | undefined;
  /** The notice of what comes next: when it goes out, or when it was given. */
  notice: { kind: 'given' | 'planned'; at: number } | undefined;
  /** The first rule that holds decides. */
  rules: RuleTried[];
  /** Why nothing has happened so far. */
  because: string[];
  /** What would move the deadline. */
  movers: string[];
  /** Whether it would be given back to its user, or to an operator who resumes it. */
  mayResume: boolean;
}

/** All about one workspace. */
export interface WorkspaceDetail {
  now: number;
  version: number;
  line: WorkspaceLine;
  /** Why the row is not understood; empty if it is. */
  problems: string[];
  explanation: Explanation | undefined;
  row: Record<string, unknown>;
  /** The latest first. */
  history: HistoryEntry[];
  /** More entries than these exist. */
  more: boolean;
}

/** What the page is told at its start. */
export interface Session {
  now: number;
  /** Fleet seconds per second. */
  speed: number;
  /** Where the tables are, e.g. `eu-central-1`. */
  place: string;
  table: string;
  by: string;
  readOnly: boolean;
  sample: SampleShown | undefined;
}

/** What can be done with a fleet that is there to be looked at. */
export interface SampleShown {
  /** Speeds to choose from, fleet seconds per second; 0 stands still. Empty where time passes as it does. */
  speeds: number[];
  start: number | undefined;
}

/** A server-sent event: something is different, or only the time has gone on. */
export interface Tick {
  now: number;
  speed: number;
  version: number;
}
