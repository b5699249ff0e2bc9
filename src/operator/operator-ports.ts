import { createClients } from '../aws/clients.ts';
import { controlTableOf, workspacesOf } from '../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from '../aws/dynamodb-budgets.ts';
import { DynamoDBHistory } from '../aws/dynamodb-history.ts';
import { readOperatorConfiguration } from '../core/configuration.ts';
import { operatorClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { OperatorPorts } from './operate.ts';

/** The tables of an installation. Throws BadInputError. */
export async function createOperatorPorts(
  { environment, options, endpoint }: Connection,
  print: (line: string) => void,
): Promise<OperatorPorts> {
  const configuration = readOperatorConfiguration(environment);
  const { policy, safety, ...tables } = configuration;
  const clients = createClients(options);
  const { dynamodb } = clients;
  return {
    workspaces: workspacesOf(configuration, clients),
    accounts: new DynamoDBAccounts(dynamodb, tables.clientAccountsTable),
    control: controlTableOf(configuration, clients),
    budgets: new DynamoDBBudgets(dynamodb, tables.cleanupControlTable),
    history: new DynamoDBHistory(dynamodb, tables.workspaceHistoryTable),
    clock: await operatorClock(endpoint),
    // What was done is printed, and stands in the history.
    observer: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
    policy,
    safety,
    print,
  };
}
