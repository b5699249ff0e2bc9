import { z } from 'zod';
import { workspacesOf } from '../../aws/configured-tables.ts';
import { DynamoDBFleet } from '../../aws/dynamodb-fleet.ts';
import { SchedulerTimers } from '../../aws/scheduler-timers.ts';
import type { Policy } from '../../core/policy.ts';
import type { Fleet, Workspaces } from '../../ports.ts';
import { Checkpoint } from '../fleet/checkpoint.ts';
import type { Connection } from '../fleet/deployed-stage.ts';
import type { ArmingFlags } from '../fleet/fleet-options.ts';
import type { Output } from '../fleet/output.ts';
import { Pace } from '../fleet/pace.ts';
import { type Located, placeOf } from '../fleet/place.ts';
import { positionSchema, startOfWalk, walkFleet } from '../fleet/walk-fleet.ts';
import {
  type ArmFleetOptions,
  type ArmFleetPorts,
  type ArmTally,
  addArmTally,
  armTallySchema,
  emptyArmTally,
  FleetArmer,
} from './arm-fleet.ts';

/** Rows of one segment that are dealt with between two notes of how far it is. */
const STEP_ROWS = 100;

const stateSchema = z.object({ position: positionSchema, tally: armTallySchema });
type State = z.infer<typeof stateSchema>;

export interface ArmingJob {
  /** e.g. `backfill`. */
  command: string;
  policy: Policy;
  meets: ArmFleetOptions['meets'];
  dryRun: boolean;
}

/** What arming a fleet needs of the world. */
export interface ArmingWorld extends ArmFleetPorts {
  fleet: Pick<Fleet, 'page' | 'estimate'>;
}

/** The deployed stage, or the local stack. */
export function armingWorld({
  configuration,
  clients,
  clock,
}: Connection): ArmingWorld & { workspaces: Workspaces } {
  return {
    fleet: new DynamoDBFleet(clients.dynamodb, configuration.workspaceStatusTable),
    timers: new SchedulerTimers(clients.scheduler, configuration.schedules, clock),
    workspaces: workspacesOf(configuration, clients),
    clock,
  };
}

export interface Armed {
  tally: ArmTally;
  /** It came to the end of the table; else the checkpoint says how far it is. */
  finished: boolean;
}

/**
 * Walks over the fleet and arms what its rows lack. Whatever ends it, the same command goes on from its checkpoint; a dry run
 * has none.
 */
export async function runArming(
  job: ArmingJob,
  flags: ArmingFlags,
  connection: Located,
  world: ArmingWorld,
  output: Output,
  signal: AbortSignal,
): Promise<Armed> {
  const { command, policy, dryRun } = job;
  const { former: _, ...limits } = policy;
  const of = { command, ...(await placeOf(connection)), limits };
  const checkpoint = new Checkpoint<State>(flags.checkpoint, of);
  if (flags.restart && !dryRun) checkpoint.remove();
  const known = dryRun ? undefined : checkpoint.read(stateSchema);
  const state = known ?? { position: startOfWalk(flags.segments), tally: emptyArmTally() };
  if (known)
    output.tell(`going on from ${flags.checkpoint}: ${count(known.tally.rows)} rows have been dealt with`);
  const armer = new FleetArmer(world, {
    ...job,
    pace: new Pace(flags.rate),
    duePace: new Pace(flags.dueRate),
  });
  const total = await world.fleet.estimate();
  const progress = output.progress(command);
  const note = (force = false) => {
    if (!dryRun) checkpoint.note(() => state, force);
  };
  try {
    const walk = { position: state.position, stepRows: STEP_ROWS, pace: new Pace(flags.readUnits), signal };
    const finished = await walkFleet(
      world.fleet,
      walk,
      (rows) => armer.armPage(rows),
      (page) => {
        addArmTally(state.tally, page);
        note();
        progress.show({ done: state.tally.rows, total });
      },
    );
    if (finished && !dryRun) checkpoint.remove();
    else note(true);
    return { tally: state.tally, finished };
  } catch (error) {
    note(true);
    throw error;
  } finally {
    progress.clear();
  }
}

function count(value: number): string {
  return value.toLocaleString('en');
}
