import { workspacesOf } from '../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { readStreamEvent, toBatchResponse } from '../aws/stream-records.ts';
import { accountChanged as handle } from '../handlers/account-changed.ts';
import { defineFunction, type StreamFunction } from './definition.ts';
import { WORKSPACES } from './tables.ts';

export const accountChanged = defineFunction({
  parts: WORKSPACES,
  services: ['dynamodb'],
  create(configuration, { clients, clock, observer }): StreamFunction {
    const ports = {
      workspaces: workspacesOf(configuration, clients),
      accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
      clock,
      observer,
    };
    return async (event) => toBatchResponse(await handle(readStreamEvent(event), ports));
  },
});
