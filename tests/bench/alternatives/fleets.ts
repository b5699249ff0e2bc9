import { readOperatorConfiguration } from '../../../src/core/configuration.ts';
import type { Policy } from '../../../src/core/policy.ts';
import { readActivityFile } from '../../simulation/replay/read-activity.ts';
import { usesOfEach } from './activity.ts';
import { type BusyOptions, busyFleet } from './busy-fleet.ts';
import { type Fleet, fleetLike, fleetOf, mondayFrom } from './fleet.ts';
import { workingDays } from './working-days.ts';

/** Six years of 3,147 developers; tests/simulation/replay says where it comes from. */
export const TRACE = 'tests/simulation/replay/activity-a.csv.gz';
export const SEED = 20_261_128;
/** Monday, 2026-06-01, 00:00 UTC. */
const START = mondayFrom(Date.UTC(2026, 5, 1) / 1_000);

/** Which fleet a run is about: small enough to be sent to a thread. */
export type FleetWanted =
  /** The people of the trace, moment by moment, or with each of their days a day of work. */
  | { kind: 'trace' | 'worked' }
  | { kind: 'like'; workspaces: number; weeks: number }
  | ({ kind: 'busy' } & Omit<BusyOptions, 'start'>);

/** The rules of an installation that sets nothing. */
export function usualPolicy(): Policy {
  return readOperatorConfiguration({}).policy;
}

/** Makes it, the same each time. */
export function makeFleet(wanted: FleetWanted, policy: Policy): Fleet {
  if (wanted.kind === 'busy') return busyFleet({ ...wanted, start: START }, policy);
  const uses = usesOfEach(readActivityFile(TRACE));
  switch (wanted.kind) {
    case 'trace':
      return fleetOf(uses, policy, SEED);
    case 'worked':
      return fleetOf(workingDays(uses), policy, SEED);
    case 'like':
      return fleetLike(uses, { ...wanted, seed: SEED, policy, start: START });
  }
}
