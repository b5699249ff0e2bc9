import type { Clients } from '../aws/clients.ts';
import { DynamoDBBudgets } from '../aws/dynamodb-budgets.ts';
import { DynamoDBControl } from '../aws/dynamodb-control.ts';
import { DynamoDBWorkspaces } from '../aws/dynamodb-workspaces.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';

type Parts<Names extends readonly PartName[]> = Pick<ConfigurationParts, Names[number]>;

/** The table of workspaces: its transactions reach the client's account and the history as well. */
export const WORKSPACES = [
  'workspaceStatusTable',
  'clientAccountsTable',
  'workspaceHistoryTable',
  'historyDays',
] as const satisfies readonly PartName[];

export function workspacesOf(
  configuration: Parts<typeof WORKSPACES>,
  { dynamodb }: Pick<Clients, 'dynamodb'>,
): DynamoDBWorkspaces {
  return new DynamoDBWorkspaces(dynamodb, {
    workspaces: configuration.workspaceStatusTable,
    accounts: configuration.clientAccountsTable,
    history: { name: configuration.workspaceHistoryTable, days: configuration.historyDays },
  });
}

/** What says what may be done, and how much of it. */
export const CONTROL = [
  'safety',
  'cleanupControlTable',
  'workspaceHistoryTable',
  'historyDays',
] as const satisfies readonly PartName[];

export function controlOf(configuration: Parts<typeof CONTROL>, { dynamodb }: Pick<Clients, 'dynamodb'>) {
  const { cleanupControlTable, workspaceHistoryTable, historyDays, safety } = configuration;
  const history = { name: workspaceHistoryTable, days: historyDays };
  return {
    control: new DynamoDBControl(dynamodb, { control: cleanupControlTable, history }),
    budgets: new DynamoDBBudgets(dynamodb, cleanupControlTable),
    safety,
  };
}
