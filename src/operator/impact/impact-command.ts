import type { Command } from 'commander';
import {
  FLEET_EXIT,
  type FleetFlags,
  fleetCommand,
  type Run,
  runFleet,
  wholeFrom,
} from '../fleet/fleet-options.ts';
import type { PolicyFlags } from './policy-numbers.ts';

/** The command line as it came in. */
export interface ImpactFlags extends FleetFlags, PolicyFlags {
  days: number;
  list: number;
}

const DETAILS = `
Reads the fleet once and changes nothing. For each row it plays what the handlers would do from now on if nobody wrote it, by
the policy that you ask about and by the deployed one: holds, extensions, unsaved work, notices and the longer limits that
people have had until now count as they do there. What is foreseen is counted by rule, tier, client and day.

--retention takes some tiers or all; --policy a file with some or all of these, what is left out is as deployed:
  {"retentionDays": {"free": 7, "pro": 30, "enterprise": 90}, "cancelledGraceDays": 7, "suspendedGraceDays": 3,
   "unsavedWorkExtraDays": 0, "archiveNoticeHours": 24, "terminateNoticeHours": 72, "minimumTerminateNoticeHours": 24}

Not foreseen: activity, payments, and the turns in the budgets. The busiest hour is held against them, and said.

Exit: ${FLEET_EXIT.done} done, ${FLEET_EXIT.failed} flags, environment or AWS were in the way.
--json: one object: at, days, policy, workspaces, invalid, standing, total, byRule, byTier, byClient, byDay, later, first,
notPermitted, overdue, overdueListed, busiestHour. Counts are {"today":{"archive","terminate","restore"},"next":{…}}.

Example:
  $ npm run -s workspacectl -- impact --stage prod --retention '{"free":5}'`;

/** Adds `impact` to `workspacectl`. */
export function addImpact(program: Command, run: Run<ImpactFlags> = runHere): void {
  const command = fleetCommand(
    program,
    'impact',
    'What another policy would do to the fleet: to how many, to whom, and when. Changes nothing.',
    DETAILS,
  )
    .option('--retention <json>', 'days of tiers, e.g. \'{"free":5}\'')
    .option('--policy <file>', 'a file with numbers of a policy')
    .option('--days <n>', 'look so far ahead', wholeFrom('--days', 1, 366), 30)
    .option(
      '--list <n>',
      'name so many of those whose deadline has passed already',
      wholeFrom('--list', 0, 10_000),
      20,
    );
  command.action(() => runFleet(command, run));
}

const runHere: Run<ImpactFlags> = async (...given) => (await import('./impact.ts')).impact(...given);
