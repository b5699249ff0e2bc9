import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamoDBClient, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import type { AttributeValue, DynamoDBStreamEvent } from 'aws-lambda';
import { dynamodb } from '../../../src/aws/clients.ts';
import { DynamoDBAccounts } from '../../../src/aws/dynamodb-accounts.ts';
import { type ClientAccount, parseAccount } from '../../../src/core/client-account.ts';
import { ensureTables } from '../../../src/local/template/ensure-tables.ts';
import type { TemplateTable } from '../../../src/local/template/tables.ts';
import { readTemplate } from '../../../src/local/template/template.ts';
import { credentials } from '../../support/local-services.ts';
import { startSeededEngine } from '../seeded-engine.ts';

/** The client whose workspaces get the subscription by the handler, and the one whose get the updates by themselves. */
export const CLIENT = 'acme';
export const RAW_CLIENT = 'zenith';
export const NOW = 1_767_225_600;
const SUBSCRIBED_AT = NOW - 86_400;

/** The tables, as the function is configured with them. */
export const TABLES = {
  workspaceStatusTable: 'WorkspaceStatus',
  clientAccountsTable: 'ClientAccounts',
  workspaceHistoryTable: 'WorkspaceHistory',
  historyDays: 400,
};

/** Runs `work` with an engine in which each of the two clients has so many workspaces. Nothing of it is left afterwards. */
export async function withGiantClients<T>(
  workspaces: number,
  work: (database: DynamoDBClient) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'workspace-cleanup-bench-'));
  try {
    const tables = tablesWithoutStreams();
    const rowOf = (index: number) =>
      rowOfClient(index % workspaces, index < workspaces ? CLIENT : RAW_CLIENT);
    const engine = await startSeededEngine(folder, { tables, rows: 2 * workspaces, rowOf });
    const database = dynamodb({ endpoint: engine.url, region: 'us-east-1', credentials });
    try {
      await ensureTables(database, tables);
      return await work(database);
    } finally {
      database.destroy();
      await engine.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tablesWithoutStreams(): TemplateTable[] {
  const { tables } = readTemplate('serverless.yml', { environment: {}, stage: 'local', region: 'us-east-1' });
  return tables.map(({ logicalId, createTableInput }) => {
    const { StreamSpecification: _, ...withoutStream } = createTableInput;
    return { logicalId, createTableInput: withoutStream };
  });
}

export function userId(index: number): string {
  return `user-${String(index).padStart(7, '0')}`;
}

function rowOfClient(index: number, clientId: string): Record<string, unknown> {
  const armedFor = NOW + (index % 86_400);
  return {
    clientId,
    userId: userId(index),
    subscriptionStatus: 'active',
    subscriptionTier: 'pro',
    lastActivity: NOW - (index % 86_400),
    containerStatus: 'idle',
    efsAccessPoint: `fsap-${index.toString(16).padStart(17, '0')}`,
    posixUid: 10_000 + index,
    lifecycle: 'active',
    subscriptionEventAt: SUBSCRIBED_AT - 86_400,
    subscriptionRevision: 0,
    armedFor,
    armedDay: new Date(armedFor * 1_000).toISOString().slice(0, 10),
  };
}

/** Another subscription than at the number before, and a later one, as a webhook would have recorded it. */
export async function changeSubscription(database: DynamoDBClient, number: number): Promise<ClientAccount> {
  const at = SUBSCRIBED_AT + number;
  const status = number % 2 === 0 ? 'active' : 'suspended';
  const event = { clientId: CLIENT, subscriptionId: 'default', status, tier: 'pro', at, rank: 0 } as const;
  const accounts = new DynamoDBAccounts(database, TABLES.clientAccountsTable);
  await accounts.record({ ...event, messageId: `message-${number}` }, `delivery-${number}`);
  const parsed = parseAccount(await accounts.read(CLIENT));
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  return parsed.account;
}

/** The account's image as it is now, as its stream would bring it. */
export async function eventOfAccount(database: DynamoDBClient): Promise<DynamoDBStreamEvent> {
  const Keys = { clientId: { S: CLIENT } };
  const { Item } = await database.send(
    new GetItemCommand({ TableName: TABLES.clientAccountsTable, Key: Keys, ConsistentRead: true }),
  );
  const NewImage = Item as Record<string, AttributeValue>;
  return { Records: [{ eventName: 'MODIFY', dynamodb: { Keys, NewImage, SequenceNumber: '1' } }] };
}

/** Throws unless exactly so many rows of the client have the account's subscription. */
export async function checkCarried(
  database: DynamoDBClient,
  clientId: string,
  { entitlement, eventAt }: ClientAccount,
  workspaces: number,
): Promise<void> {
  const pages = paginateQuery(
    { client: database },
    {
      TableName: TABLES.workspaceStatusTable,
      KeyConditionExpression: 'clientId = :client',
      ExpressionAttributeValues: { ':client': { S: clientId } },
      ProjectionExpression: 'subscriptionStatus, subscriptionEventAt',
    },
  );
  let carried = 0;
  for await (const { Items = [] } of pages)
    for (const { subscriptionStatus, subscriptionEventAt } of Items)
      if (subscriptionStatus?.S === entitlement.status && Number(subscriptionEventAt?.N) === eventAt)
        carried += 1;
  if (carried !== workspaces)
    throw new Error(
      `${carried} workspaces of ${clientId} are ${entitlement.status} since ${eventAt}, expected ${workspaces}`,
    );
}
