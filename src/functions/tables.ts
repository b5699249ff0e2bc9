import type { Clients } from '../aws/clients.ts';
import { controlTableOf } from '../aws/configured-tables.ts';
import { DynamoDBBudgets } from '../aws/dynamodb-budgets.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';

type Parts<Names extends readonly PartName[]> = Pick<ConfigurationParts, Names[number]>;

/** The table of workspaces: its transactions reach the client's account and the history as well. */
export const WORKSPACES = [
  'workspaceStatusTable',
  'clientAccountsTable',
  'workspaceHistoryTable',
  'historyDays',
] as const satisfies readonly PartName[];

/** What says what may be done, and how much of it. */
export const CONTROL = [
  'safety',
  'cleanupControlTable',
  'workspaceHistoryTable',
  'historyDays',
] as const satisfies readonly PartName[];

export function controlOf(configuration: Parts<typeof CONTROL>, clients: Pick<Clients, 'dynamodb'>) {
  return {
    control: controlTableOf(configuration, clients),
    budgets: new DynamoDBBudgets(clients.dynamodb, configuration.cleanupControlTable),
    safety: configuration.safety,
  };
}
