import { readControl } from '../fleet/control.ts';
import { connect } from '../fleet/deployed-stage.ts';
import { FLEET_EXIT, type Run } from '../fleet/fleet-options.ts';
import { rulesAsOf } from '../impact/rules-as-of.ts';
import { sayArmed } from './armed-text.ts';
import type { BackfillFlags } from './backfill-command.ts';
import { armingWorld, runArming } from './run-arming.ts';

/** `workspacectl backfill`. */
export const backfill: Run<BackfillFlags> = async (flags, output, signal) => {
  const connection = await connect(flags);
  const { policy, safety } = connection.configuration;
  const control = await readControl(connection);
  const rules = rulesAsOf(policy, control, safety, connection.clock.now());
  const dryRun = flags.dryRun === true;
  const job = { command: 'backfill', policy: rules, meets: ['missing', 'overdue'], dryRun } as const;
  const armed = await runArming(job, flags, connection, armingWorld(connection), output, signal);
  sayArmed(armed, { json: flags.json === true, dryRun, checkpoint: flags.checkpoint }, output);
  const { late, invalid } = armed.tally;
  if (armed.finished && late > 0)
    output.tell(`${late} wake-ups come later than the policy asks for: run apply`);
  if (!armed.finished) return FLEET_EXIT.stopped;
  return late + invalid > 0 ? FLEET_EXIT.notAll : FLEET_EXIT.done;
};
