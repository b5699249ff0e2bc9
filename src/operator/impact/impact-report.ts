import type { Loss, Transition } from '../../core/workspace-row.ts';

/** How many workspaces are archived, terminated, given back. */
export type Counts = Record<Transition, number>;

/** The same by the policy of today and by the one that is asked about. */
export interface Compared {
  today: Counts;
  next: Counts;
}

/** A workspace whose deadline has passed already by the policy that is asked about. Times in epoch seconds. */
export interface AtOnce {
  workspace: string;
  transition: Transition;
  rule: string;
  deadline: number;
  /** When it is done: at the next wake-up, or when its notice has run. */
  at: number;
  /** When its notice goes out; null where none does, or it is out. */
  noticeAt: number | null;
}

/** The hour in which the policy asks for most, and what a budget lets through in one. */
export interface BusiestHour {
  /** First second of those sixty minutes, epoch seconds. */
  from: number;
  count: number;
  perHour: number;
  /** Above so many that have to wait in one hour the cleanup pauses itself. */
  pausesAbove: number;
  pauses: boolean;
}

/** What a policy would do; the JSON of `impact --json`. */
export interface ImpactReport {
  /** When it was asked, epoch seconds. */
  at: number;
  days: number;
  /** Rows that were read. */
  workspaces: number;
  invalid: { total: number; reasons: Record<string, number> };
  standing: { held: number; extended: number; terminated: number; underWay: number };
  /** Within the days, as all that follows. */
  total: Compared;
  byRule: Record<string, Compared>;
  byTier: Record<string, Compared>;
  /** Those with most changes first; `others` are all that are not listed. */
  byClient: { total: number; listed: ({ clientId: string } & Compared)[]; others: Compared };
  byDay: ({ day: number; from: number } & Compared)[];
  /** Behind the days. */
  later: Compared;
  /** Workspaces by whether the first thing that happens to them comes earlier, later, or as today. */
  first: { earlier: number; later: number; same: number };
  /** What is decided and kept from happening, by what keeps it: `observe`, `off`, `paused`. */
  notPermitted: Record<string, Counts>;
  /** The deadline has passed already; `withNotice` of them have a notice first. */
  overdue: Counts & { withNotice: number };
  overdueListed: AtOnce[];
  busiestHour: Record<Loss, BusiestHour | null>;
}

export function noCounts(): Counts {
  return { archive: 0, terminate: 0, restore: 0 };
}

export function noneCompared(): Compared {
  return { today: noCounts(), next: noCounts() };
}
