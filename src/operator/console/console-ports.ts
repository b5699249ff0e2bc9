import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { controlTableOf, workspacesOf } from '../../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../../aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from '../../aws/dynamodb-budgets.ts';
import { DynamoDBHistory } from '../../aws/dynamodb-history.ts';
import type { Configuration } from '../../core/configuration.ts';
import type { Safety } from '../../core/control.ts';
import type { Policy } from '../../core/policy.ts';
import type { ChangeControlPorts } from '../../handlers/change-control.ts';
import type { KeepPorts } from '../../handlers/keep-workspace.ts';
import type { Budgets, History, Workspaces } from '../../ports.ts';
import { FleetReader } from './fleet-reader.ts';

/** What the console needs of the world. */
export interface ConsolePorts extends KeepPorts, ChangeControlPorts {
  workspaces: KeepPorts['workspaces'] & Pick<Workspaces, 'armedBetween' | 'recordReturn'>;
  budgets: Pick<Budgets, 'used'>;
  history: History;
  fleet: Pick<FleetReader, 'readAll' | 'readKeys'>;
  policy: Policy;
  safety: Safety;
}

/** The tables, and the rules and limits of the installation. */
export type ConsoleConfiguration = Pick<
  Configuration,
  | 'policy'
  | 'safety'
  | 'historyDays'
  | 'workspaceStatusTable'
  | 'clientAccountsTable'
  | 'workspaceHistoryTable'
  | 'cleanupControlTable'
>;

/** The console's ports over tables in DynamoDB. */
export function createConsolePorts(
  dynamodb: DynamoDBClient,
  configuration: ConsoleConfiguration,
  clock: ConsolePorts['clock'],
): ConsolePorts {
  const { policy, safety, workspaceStatusTable, workspaceHistoryTable, cleanupControlTable } = configuration;
  return {
    workspaces: workspacesOf(configuration, { dynamodb }),
    accounts: new DynamoDBAccounts(dynamodb, configuration.clientAccountsTable),
    control: controlTableOf(configuration, { dynamodb }),
    budgets: new DynamoDBBudgets(dynamodb, cleanupControlTable),
    history: new DynamoDBHistory(dynamodb, workspaceHistoryTable),
    fleet: new FleetReader(dynamodb, workspaceStatusTable),
    clock,
    // What is done stands in the history, which the page shows.
    observer: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
    policy,
    safety,
  };
}
