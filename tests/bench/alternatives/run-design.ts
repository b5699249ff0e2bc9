import type { Policy } from '../../../src/core/policy.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { DESIGNS, type DesignName } from './designs/all.ts';
import { type Dollars, dollarsAMonth } from './dollars.ts';
import type { Fleet } from './fleet.ts';
import type { Counted } from './meter.ts';
import { play } from './play.ts';

/** What a design made of a fleet's time. */
export interface DesignFigures {
  design: DesignName;
  workspaces: number;
  /** The measured time. */
  days: number;
  archived: number;
  returned: number;
  /** Writes that moved `lastActivity`: the end of a session that says the same second again is none. */
  activityWrites: number;
  /** From the second of each deadline to the claim. */
  latenessSeconds: Percentiles;
  /** In the measured time. */
  totals: Record<Counted, number>;
  /** The most within one second. */
  peaks: Record<Counted, number>;
  dollarsAMonth: Dollars;
  /** Why Scheduler was called, in calls; of those that call it. */
  schedulerCalls: Record<string, number> | undefined;
  /** How many bytes the average row has at the end. */
  rowBytes: number;
}

/** Plays the fleet under the design. */
export async function runDesign(design: DesignName, fleet: Fleet, policy: Policy): Promise<DesignFigures> {
  const seconds = fleet.end - fleet.start;
  const { totals, peaks, archived, returned, activityWrites, lateness, stored, causes } = await play(
    fleet,
    policy,
    DESIGNS[design].make(),
  );
  return {
    design,
    workspaces: fleet.workspaces,
    days: seconds / 86_400,
    archived: archived.length,
    returned,
    activityWrites,
    latenessSeconds: percentilesOf(lateness),
    totals,
    peaks,
    dollarsAMonth: dollarsAMonth(totals, seconds, stored),
    schedulerCalls: causes,
    rowBytes: stored.bytes / stored.rows,
  };
}
