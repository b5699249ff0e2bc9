import { createClients } from '../aws/clients.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from '../aws/dynamodb-budgets.ts';
import { DynamoDBControl } from '../aws/dynamodb-control.ts';
import { DynamoDBHistory } from '../aws/dynamodb-history.ts';
import { DynamoDBWorkspaces } from '../aws/dynamodb-workspaces.ts';
import { readOperatorConfiguration } from '../core/configuration.ts';
import { operatorClock } from './clock.ts';
import type { Connection } from './connection.ts';
import type { OperatorPorts } from './operate.ts';

/** The tables of an installation. Throws BadInputError. */
export async function createOperatorPorts(
  { environment, options, endpoint }: Connection,
  print: (line: string) => void,
): Promise<OperatorPorts> {
  const { policy, safety, historyDays, ...tables } = readOperatorConfiguration(environment);
  const { dynamodb } = createClients(options);
  const history = { name: tables.workspaceHistoryTable, days: historyDays };
  return {
    workspaces: new DynamoDBWorkspaces(dynamodb, {
      workspaces: tables.workspaceStatusTable,
      accounts: tables.clientAccountsTable,
      history,
    }),
    accounts: new DynamoDBAccounts(dynamodb, tables.clientAccountsTable),
    control: new DynamoDBControl(dynamodb, { control: tables.cleanupControlTable, history }),
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
