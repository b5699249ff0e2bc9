import { workspacesOf } from '../aws/configured-tables.ts';
import { SchedulerTimers } from '../aws/scheduler-timers.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';
import type { World } from './definition.ts';
import { CONTROL, controlOf, WORKSPACES } from './tables.ts';

/** What it takes to wake workspaces that wait, or that nobody has come for. */
export const RELEASING = [...WORKSPACES, ...CONTROL, 'schedules'] as const satisfies readonly PartName[];

export function releasingOf(
  configuration: Pick<ConfigurationParts, (typeof RELEASING)[number]>,
  { clients, clock, observer }: World<'dynamodb' | 'scheduler'>,
) {
  return {
    ...controlOf(configuration, clients),
    workspaces: workspacesOf(configuration, clients),
    timers: new SchedulerTimers(clients.scheduler, configuration.schedules, clock),
    clock,
    observer,
  };
}
