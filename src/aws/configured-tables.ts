import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Configuration } from '../core/configuration.ts';
import { DynamoDBControl } from './dynamodb-control.ts';
import { DynamoDBWorkspaces } from './dynamodb-workspaces.ts';

type HistoryConfiguration = Pick<Configuration, 'workspaceHistoryTable' | 'historyDays'>;

/** `WorkspaceStatus` of an installation: its transactions reach the client's account and the history as well. */
export function workspacesOf(
  configuration: HistoryConfiguration & Pick<Configuration, 'workspaceStatusTable' | 'clientAccountsTable'>,
  { dynamodb }: { dynamodb: DynamoDBClient },
): DynamoDBWorkspaces {
  return new DynamoDBWorkspaces(dynamodb, {
    workspaces: configuration.workspaceStatusTable,
    accounts: configuration.clientAccountsTable,
    history: historyOf(configuration),
  });
}

/** `CleanupControl` of an installation: what changes in it is told to the history. */
export function controlTableOf(
  configuration: HistoryConfiguration & Pick<Configuration, 'cleanupControlTable'>,
  { dynamodb }: { dynamodb: DynamoDBClient },
): DynamoDBControl {
  return new DynamoDBControl(dynamodb, {
    control: configuration.cleanupControlTable,
    history: historyOf(configuration),
  });
}

function historyOf({ workspaceHistoryTable, historyDays }: HistoryConfiguration) {
  return { name: workspaceHistoryTable, days: historyDays };
}
