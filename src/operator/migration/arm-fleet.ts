import { z } from 'zod';
import type { Policy } from '../../core/policy.ts';
import { MINIMUM_LEAD_SECONDS } from '../../core/wake-up.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import { forEachLimited } from '../../handlers/for-each-limited.ts';
import type { Clock, Timers, Workspaces } from '../../ports.ts';
import type { Pace } from '../fleet/pace.ts';
import { decideWakeUp, type WakeUpNeed } from './decide-wake-up.ts';

/** What became of the rows so far. */
export const armTallySchema = z.object({
  rows: z.int(),
  /** Wake-ups that were armed; in a dry run, that would be. */
  armed: z.int(),
  /** Of those armed: there is something to do now. */
  due: z.int(),
  pending: z.int(),
  nothingAhead: z.int(),
  /** Their wake-up comes, but later than there is something to do; left alone where `late` is none of what is armed. */
  late: z.int(),
  invalid: z.int(),
});
export type ArmTally = z.infer<typeof armTallySchema>;

export function emptyArmTally(): ArmTally {
  return { rows: 0, armed: 0, due: 0, pending: 0, nothingAhead: 0, late: 0, invalid: 0 };
}

export function addArmTally(to: ArmTally, page: ArmTally): void {
  for (const name of Object.keys(to) as (keyof ArmTally)[]) to[name] += page[name];
}

export interface ArmFleetPorts {
  timers: Timers;
  workspaces: Pick<Workspaces, 'rememberWakeUp'>;
  clock: Pick<Clock, 'now'>;
}

export interface ArmFleetOptions {
  /** With the limits before it. */
  policy: Policy;
  /** Which needs are met; what is not named is counted only. */
  meets: readonly WakeUpNeed['kind'][];
  /** Wake-ups that are armed, a second. */
  pace: Pace;
  /** Of those the ones for which something is due now: they come a minute later, all at the rate at which they were armed. */
  duePace: Pace;
  dryRun: boolean;
}

/** Wake-ups that are being armed at a time. */
const ARMING_CONCURRENCY = 20;

/**
 * Arms what the rows of a page lack, as the reactor does: the schedule first, then the note of it in the row, on condition
 * that no earlier one is known. It decides nothing else and does nothing to any workspace. Done again it finds them armed.
 */
export class FleetArmer {
  private readonly ports: ArmFleetPorts;
  private readonly options: ArmFleetOptions;

  constructor(ports: ArmFleetPorts, options: ArmFleetOptions) {
    this.ports = ports;
    this.options = options;
  }

  async armPage(rows: readonly Record<string, unknown>[]): Promise<ArmTally> {
    const tally = emptyArmTally();
    const wanted: { row: WorkspaceRow; at: number; isDue: boolean }[] = [];
    for (const input of rows) {
      tally.rows += 1;
      const now = this.ports.clock.now();
      const parsed = parseRow(input, now);
      if (parsed.kind === 'invalid') {
        tally.invalid += 1;
        continue;
      }
      const need = decideWakeUp(parsed.row, this.options.policy, now);
      if (need.kind === 'pending') tally.pending += 1;
      else if (need.kind === 'nothing-ahead') tally.nothingAhead += 1;
      else if (!this.options.meets.includes(need.kind)) tally.late += 1;
      else wanted.push({ row: parsed.row, at: need.at, isDue: need.isDue });
    }
    await forEachLimited(wanted, ARMING_CONCURRENCY, async ({ row, at, isDue }) => {
      if (!this.options.dryRun) await this.arm(row, at, isDue);
      tally.armed += 1;
      if (isDue) tally.due += 1;
    });
    return tally;
  }

  private async arm({ clientId, userId }: WorkspaceRow, at: number, isDue: boolean): Promise<void> {
    const { timers, workspaces, clock } = this.ports;
    const key = { clientId, userId };
    await this.options.pace.spend(1);
    if (isDue) await this.options.duePace.spend(1);
    // Whoever waited for their turn may have come too close to that second. Later than that, the reactor would arm another
    // one as soon as it sees the note of this one.
    const second = Math.max(at, Math.ceil(clock.now()) + MINIMUM_LEAD_SECONDS);
    await timers.arm(key, second);
    await workspaces.rememberWakeUp(key, second, clock.now());
  }
}
