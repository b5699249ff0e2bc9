import type { Command } from 'commander';
import {
  type ArmingFlags,
  addArming,
  FLEET_EXIT,
  fleetCommand,
  type Run,
  runFleet,
} from '../fleet/fleet-options.ts';
import type { PolicyFlags } from './policy-numbers.ts';

/** The command line as it came in. */
export interface ApplyFlags extends ArmingFlags, PolicyFlags {}

const DETAILS = `
A deployment with shorter limits moves no wake-up that is armed. This arms anew what the deployed policy brings forward, and
what a longer one gives back; it does nothing to any workspace itself. Each is met at its second by the deployed functions:
whoever had longer by the limits before has the usual notice from then, and pauses, budgets and observe count. What is due at
once is woken at --due-rate a second. Applied twice it arms nothing the second time.

Name the policy you mean, as for \`impact\`: if the deployed functions go by another one, it says in what they differ and does
nothing, as its wake-ups would find nothing due. Without one, it is the deployed policy.

Ctrl-C, a crash or kill -9: the same command goes on where it was.

Exit: ${FLEET_EXIT.done} done, ${FLEET_EXIT.notAll} the functions go by another policy, or invalid rows are left, ${FLEET_EXIT.failed} flags, environment or AWS were in the way, ${FLEET_EXIT.stopped} stopped.
--json: {"rows","armed","due","pending","nothingAhead","late","invalid","finished"}

Example:
  $ RETENTION_POLICIES='{"free":5,"pro":30,"enterprise":90}' npx sls deploy --stage prod
  $ npm run -s workspacectl -- apply --stage prod --retention '{"free":5}'`;

/** Adds `apply` to `workspacectl`. */
export function addApply(program: Command, run: Run<ApplyFlags> = runHere): void {
  const command = fleetCommand(
    program,
    'apply',
    'Arms anew what the deployed policy brings forward: after a deployment with other limits.',
    DETAILS,
  )
    .option('--retention <json>', 'the days of tiers that you mean to be deployed, e.g. \'{"free":5}\'')
    .option('--policy <file>', 'a file with numbers that you mean to be deployed, see impact --help');
  addArming(command, 'workspacectl-apply.checkpoint.json').action(() => runFleet(command, run));
}

const runHere: Run<ApplyFlags> = async (...given) => (await import('./apply.ts')).apply(...given);
