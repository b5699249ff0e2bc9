import { workspacesOf } from '../aws/configured-tables.ts';
import { SchedulerTimers } from '../aws/scheduler-timers.ts';
import { readStreamEvent, toBatchResponse } from '../aws/stream-records.ts';
import { workspaceChanged as handle } from '../handlers/workspace-changed.ts';
import { defineFunction, type StreamFunction } from './definition.ts';
import { WORKSPACES } from './tables.ts';

export const workspaceChanged = defineFunction({
  parts: [...WORKSPACES, 'policy', 'schedules'],
  services: ['dynamodb', 'scheduler'],
  create(configuration, { clients, clock, observer }): StreamFunction {
    const ports = {
      workspaces: workspacesOf(configuration, clients),
      timers: new SchedulerTimers(clients.scheduler, configuration.schedules, clock),
      clock,
      observer,
    };
    return async (event) =>
      toBatchResponse(await handle(readStreamEvent(event), configuration.policy, ports));
  },
});
