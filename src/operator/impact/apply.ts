import type { Policy } from '../../core/policy.ts';
import { readControl } from '../fleet/control.ts';
import { connect } from '../fleet/deployed-stage.ts';
import { FLEET_EXIT, type Run } from '../fleet/fleet-options.ts';
import { sayArmed } from '../migration/armed-text.ts';
import { armingWorld, runArming } from '../migration/run-arming.ts';
import type { ApplyFlags } from './apply-command.ts';
import { policyDifferences, readAskedPolicy } from './policy-numbers.ts';
import { rulesAsOf } from './rules-as-of.ts';

/** `workspacectl apply`. */
export const apply: Run<ApplyFlags> = async (flags, output, signal) => {
  const connection = await connect(flags);
  const { policy, safety } = connection.configuration;
  const refusal = refusalOf(readAskedPolicy(flags, policy), policy, connection.reactorPolicy);
  if (refusal !== undefined) {
    output.tell(`workspacectl: ${refusal}`);
    return FLEET_EXIT.notAll;
  }
  const control = await readControl(connection);
  const rules = rulesAsOf(policy, control, safety, connection.clock.now());
  const dryRun = flags.dryRun === true;
  const job = { command: 'apply', policy: rules, meets: ['missing', 'overdue', 'late'], dryRun } as const;
  const armed = await runArming(job, flags, connection, armingWorld(connection), output, signal);
  sayArmed(armed, { json: flags.json === true, dryRun, checkpoint: flags.checkpoint }, output);
  if (!armed.finished) return FLEET_EXIT.stopped;
  return armed.tally.invalid > 0 ? FLEET_EXIT.notAll : FLEET_EXIT.done;
};

/**
 * Why the policy that is asked for cannot be applied: the functions go by another one. `CleanupControl` is not asked, since it
 * knows the limits of the last wake-up, and only those; the functions' own configuration has all numbers, and is what the
 * next wake-up goes by.
 */
export function refusalOf(asked: Policy, deadline: Policy, reactor: Policy): string | undefined {
  const byName = { deadlineReached: deadline, workspaceChanged: reactor };
  for (const [name, deployed] of Object.entries(byName)) {
    const differences = policyDifferences(deployed, asked);
    if (differences.length === 0) continue;
    return `the deployed function ${name} goes by another policy than the one to be applied: ${differences.join('; ')}. Deploy it first: wake-ups for a policy that nobody goes by find nothing due`;
  }
  return undefined;
}
