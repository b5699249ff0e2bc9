import { randomUUID } from 'node:crypto';
import { workspacesOf } from '../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { SchedulerTimers } from '../aws/scheduler-timers.ts';
import { InvariantError } from '../core/errors.ts';
import { showKey } from '../core/workspace-key.ts';
import { provision as handle } from '../handlers/provision.ts';
import type { WorkspaceFiles } from '../ports.ts';
import { CONTAINERS, containersOf } from './containers.ts';
import { defineFunction, type HttpFunction } from './definition.ts';
import { LAUNCHING, tokensOf } from './launching.ts';
import { WORKSPACES } from './tables.ts';

/** To give access has no step that deletes, so this function is not allowed to. */
const NEVER_DELETED: WorkspaceFiles = {
  remove: async (key) => {
    throw new InvariantError(`files of ${showKey(key)} were to be deleted while it is provisioned`);
  },
};

export const provision = defineFunction({
  parts: [...WORKSPACES, ...CONTAINERS, ...LAUNCHING, 'policy', 'schedules'],
  services: ['dynamodb', 'scheduler', 'ecs', 'efs', 'secrets'],
  create(configuration, { clients, clock, observer }): HttpFunction {
    const ports = {
      ...containersOf(configuration, clients),
      workspaces: workspacesOf(configuration, clients),
      accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
      timers: new SchedulerTimers(clients.scheduler, configuration.schedules, clock),
      tokens: tokensOf(configuration, clients, clock),
      installation: configuration,
      files: NEVER_DELETED,
      clock,
      observer,
      uniqueOwner: randomUUID,
    };
    return async (event) => toHttpResponse(await handle(readHttpEvent(event), configuration.policy, ports));
  },
});
