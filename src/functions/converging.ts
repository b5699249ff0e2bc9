import { randomUUID } from 'node:crypto';
import { workspacesOf } from '../aws/configured-tables.ts';
import { LambdaFiles, RetainedFiles } from '../aws/lambda-files.ts';
import { SchedulerTimers } from '../aws/scheduler-timers.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';
import { CONTAINERS, containersOf } from './containers.ts';
import type { World } from './definition.ts';
import { CONTROL, controlOf, WORKSPACES } from './tables.ts';

/** All that is asked, and all that is changed, when a deadline has come or somebody is back. */
export const CONVERGING = [
  ...WORKSPACES,
  ...CONTROL,
  ...CONTAINERS,
  'schedules',
  'purgeFunctionName',
] as const satisfies readonly PartName[];

export function convergingOf(
  configuration: Pick<ConfigurationParts, (typeof CONVERGING)[number]>,
  { clients, clock, observer }: World<'dynamodb' | 'scheduler' | 'ecs' | 'efs' | 'lambda'>,
) {
  const { schedules, purgeFunctionName } = configuration;
  return {
    ...controlOf(configuration, clients),
    ...containersOf(configuration, clients),
    workspaces: workspacesOf(configuration, clients),
    timers: new SchedulerTimers(clients.scheduler, schedules, clock),
    files:
      purgeFunctionName === undefined
        ? new RetainedFiles()
        : new LambdaFiles(clients.lambda, purgeFunctionName),
    clock,
    observer,
    uniqueOwner: randomUUID,
  };
}
