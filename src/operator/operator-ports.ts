import { createClients } from '../aws/clients.ts';
import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from '../aws/dynamodb-budgets.ts';
import { DynamoDBControl } from '../aws/dynamodb-control.ts';
import { DynamoDBHistory } from '../aws/dynamodb-history.ts';
import { DynamoDBWorkspaces } from '../aws/dynamodb-workspaces.ts';
import { processEnvironment } from '../aws/environment.ts';
import { readOperatorConfiguration } from '../core/configuration.ts';
import { operatorClock } from './clock.ts';
import type { OperatorPorts } from './operate.ts';

/** The tables of a deployed stage or of the local stack, as the environment names them. Throws BadInputError. */
export async function createOperatorPorts(print: (line: string) => void): Promise<OperatorPorts> {
  const environment = processEnvironment();
  const { policy, safety, historyDays, ...tables } = readOperatorConfiguration(environment);
  // The SDK for JavaScript does not read the variable that the AWS CLI does.
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION;
  const { dynamodb } = createClients(region ? { region } : {});
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
    clock: await operatorClock(environment.AWS_ENDPOINT_URL),
    // What was done is printed, and stands in the history.
    observer: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
    policy,
    safety,
    print,
  };
}
