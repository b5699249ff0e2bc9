import { setTimeout } from 'node:timers/promises';
import { paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../../src/aws/attribute-values.ts';
import { DynamoDBAccounts } from '../../../src/aws/dynamodb-accounts.ts';
import { toItem } from '../../../src/aws/update-expression.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { forEachLimited } from '../../../src/handlers/for-each-limited.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { sampleKey, TABLE } from './sample-rows.ts';
import { type StackProcess, withStackProcess } from './stack-process.ts';

const DAY = 86_400;
/** No schedule is armed closer than 60 s, and the rows have to be written before. */
const LEAD_SECONDS = 65;
/** The deadlines lie evenly in so many seconds. */
const SPREAD_SECONDS = 10;
/** After the last deadline. */
const LIMIT_SECONDS = 60;
const CONCURRENCY = 4;
/** What is due is done: without notice before, and whatever number of them in one hour. */
const ENVIRONMENT = {
  ENFORCEMENT: 'enforce',
  ARCHIVE_NOTICE_HOURS: '0',
  MAX_ARCHIVES_PER_HOUR: '9999999',
  MAX_PERCENT_PER_CLIENT: '100',
};

/**
 * From the deadline's second until `archived`, ms, for so many workspaces with an access point each and no container, over ten seconds;
 * as the history has it, which is when the last write of the archiving is sent. Some 85 s. Throws where one is not archived within a
 * minute after the last deadline, is archived early, or keeps its access point.
 */
export function archivedAfterMs(workspaces: number): Promise<Percentiles> {
  return withStackProcess(ENVIRONMENT, async (stack) => {
    const keys = Array.from({ length: workspaces }, (_, index) => sampleKey(index));
    await subscribe(stack, new Set(keys.map(({ clientId }) => clientId)));
    await forEachLimited(keys, CONCURRENCY, (key) => provision(stack, key));
    const first = Math.ceil(Date.now() / 1_000) + LEAD_SECONDS;
    const deadlines = new Map(
      keys.map((key, index) => [key, first + Math.floor((index * SPREAD_SECONDS) / workspaces)]),
    );
    await forEachLimited(deadlines, CONCURRENCY, ([key, deadline]) => leaveIdle(stack, key, deadline));
    await setTimeout((first + SPREAD_SECONDS) * 1_000 - Date.now());
    const after = await untilAllArchived(stack, workspaces, first + SPREAD_SECONDS + LIMIT_SECONDS);
    await stack.settled();
    return percentilesOf(after);
  });
}

/** As billing would: without a subscription there are no workspaces. */
async function subscribe({ clients }: StackProcess, clientIds: Iterable<string>): Promise<void> {
  const accounts = new DynamoDBAccounts(clients.dynamodb, 'ClientAccounts');
  const at = Math.floor(Date.now() / 1_000) - DAY;
  for (const clientId of clientIds) {
    const event = {
      clientId,
      subscriptionId: 'default',
      status: 'active',
      tier: 'pro',
      at,
      rank: 0,
    } as const;
    await accounts.record({ ...event, messageId: `message-${clientId}` }, `delivery-${clientId}`);
  }
}

async function provision({ httpUrl }: StackProcess, key: WorkspaceKey): Promise<void> {
  const response = await fetch(`${httpUrl}/workspaces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...key, retentionDays: 1 }),
  });
  const body = await response.text();
  if (response.status !== 201)
    throw new Error(`POST /workspaces of ${key.userId} answers ${response.status} ${body}, expected 201`);
}

/** The last use of the workspace was so long ago that it is archived at this second. */
async function leaveIdle({ clients }: StackProcess, key: WorkspaceKey, deadline: number): Promise<void> {
  await clients.dynamodb.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: toItem({ ...key }),
      UpdateExpression: 'SET lastActivity = :activity',
      ExpressionAttributeValues: toItem({ ':activity': deadline - DAY - 1 }),
    }),
  );
}

/** How late each was archived, ms. `giveUpAt`: epoch seconds. */
async function untilAllArchived(
  { clients }: StackProcess,
  workspaces: number,
  giveUpAt: number,
): Promise<number[]> {
  for (;;) {
    await setTimeout(1_000);
    const rows = await itemsOf(clients.dynamodb, TABLE);
    const archived = rows.filter((row) => row.lifecycle === 'archived' && row.efsAccessPoint === undefined);
    if (archived.length === workspaces) break;
    if (Date.now() / 1_000 > giveUpAt)
      throw new Error(
        `${archived.length} workspaces are archived ${LIMIT_SECONDS} s after the last deadline, expected ${workspaces}`,
      );
  }
  const entries = await itemsOf(clients.dynamodb, 'WorkspaceHistory');
  const late = entries
    .filter(({ what }) => what === 'archived')
    .map(({ at, due }) => Math.round((Number(at) - Number(due)) * 1_000));
  if (late.length !== workspaces || Math.min(...late) < 0)
    throw new Error(
      `the history has ${late.length} archivings, the earliest ${Math.min(...late)} ms after its deadline; expected ${workspaces}, none early`,
    );
  return late;
}

async function itemsOf(
  client: StackProcess['clients']['dynamodb'],
  TableName: string,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName }))
    items.push(...Items.map(toPlain));
  return items;
}
