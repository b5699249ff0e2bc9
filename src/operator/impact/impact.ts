import { DynamoDBFleet } from '../../aws/dynamodb-fleet.ts';
import { BadInputError } from '../../core/errors.ts';
import { numbersOf } from '../../core/policy-numbers.ts';
import type { Fleet } from '../../ports.ts';
import { readControl } from '../fleet/control.ts';
import { connect } from '../fleet/deployed-stage.ts';
import { FLEET_EXIT, type FleetFlags, type Run } from '../fleet/fleet-options.ts';
import type { Output } from '../fleet/output.ts';
import { Pace } from '../fleet/pace.ts';
import { startOfWalk, walkFleet } from '../fleet/walk-fleet.ts';
import type { ImpactFlags } from './impact-command.ts';
import type { ImpactReport } from './impact-report.ts';
import { type ImpactQuestion, ImpactTally } from './impact-tally.ts';
import { impactText } from './impact-text.ts';
import { asksForPolicy, readAskedPolicy } from './policy-numbers.ts';
import { rulesAsOf } from './rules-as-of.ts';

/** Rows of one segment that are dealt with at a time. */
const STEP_ROWS = 1_000;

/** `workspacectl impact`. */
export const impact: Run<ImpactFlags> = async (flags, output, signal) => {
  if (!asksForPolicy(flags)) {
    throw new BadInputError('the impact of what? Expected --retention \'{"free":5}\' or --policy <file>');
  }
  const connection = await connect(flags);
  const { policy, safety, workspaceStatusTable } = connection.configuration;
  const asked = readAskedPolicy(flags, policy);
  const control = await readControl(connection);
  if (control.limits === undefined) {
    output.tell(
      'no wake-up has noted the limits of today yet, so nobody is known to have had longer by them, and has notice first',
    );
  }
  const now = connection.clock.now();
  const question: ImpactQuestion = {
    now,
    days: flags.days,
    today: rulesAsOf(policy, control, safety, now),
    next: rulesAsOf(asked, control, safety, now),
    control,
    safety,
    mostListed: flags.list,
  };
  const fleet = new DynamoDBFleet(connection.clients.dynamodb, workspaceStatusTable);
  const report = await measureImpact(question, flags, fleet, output, signal);
  if (report === undefined) return FLEET_EXIT.stopped;
  const policies = { today: numbersOf(policy), next: numbersOf(asked) };
  if (flags.json) output.print(JSON.stringify({ policy: policies, ...report }));
  else for (const line of impactText(report, policies)) output.print(line);
  return FLEET_EXIT.done;
};

/** Reads the whole fleet once. Undefined if it was stopped: half a fleet says nothing. */
export async function measureImpact(
  question: ImpactQuestion,
  { segments, readUnits }: Pick<FleetFlags, 'segments' | 'readUnits'>,
  fleet: Pick<Fleet, 'page' | 'estimate'>,
  output: Output,
  signal?: AbortSignal,
): Promise<ImpactReport | undefined> {
  const tally = new ImpactTally(question);
  const progress = output.progress('impact');
  const total = await fleet.estimate();
  let done = 0;
  const walk = { position: startOfWalk(segments), stepRows: STEP_ROWS, pace: new Pace(readUnits), signal };
  const finished = await walkFleet(
    fleet,
    walk,
    (rows) => {
      for (const row of rows) tally.add(row);
      return rows.length;
    },
    (rows) => {
      done += rows;
      progress.show({ done, total });
    },
  );
  progress.clear();
  return finished ? tally.report() : undefined;
}
