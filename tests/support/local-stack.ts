import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { paginateListSchedules } from '@aws-sdk/client-scheduler';
import { Webhook } from 'standardwebhooks';
import { readItem } from '../../src/aws/dynamodb.ts';
import { toItem } from '../../src/aws/update-expression.ts';
import type { WorkspaceKey } from '../../src/core/workspace-key.ts';
import { type Stack, type StackOptions, startStack } from '../../src/local/stack.ts';

/** What the stack of a test said, for its failure messages. */
export interface TestStack extends Stack {
  readonly said: string[];
}

/** A whole local stack on free ports. Its clock stands still until `run`. */
export async function startTestStack(
  dataDirectory: string,
  options: Partial<StackOptions> = {},
): Promise<TestStack> {
  const said: string[] = [];
  const say = (message: string, fields: object) => void said.push(`${message} ${JSON.stringify(fields)}`);
  const stack = await startStack({
    dataDirectory,
    port: 0,
    httpPort: 0,
    speed: Number.POSITIVE_INFINITY,
    deliveries: 1,
    environment: {},
    observer: { info: say, warn: say, error: say, count: () => {} },
    log: (message) => void said.push(message),
    onFailure: (error) => void said.push(String(error)),
    ...options,
  });
  return { ...stack, said };
}

export async function putRow(stack: Stack, row: Record<string, unknown>): Promise<void> {
  await stack.clients.dynamodb.send(new PutItemCommand({ TableName: 'WorkspaceStatus', Item: toItem(row) }));
}

/** Sets one attribute of a row, as a container that writes to the table itself would. */
export async function setAttribute(
  stack: Stack,
  key: WorkspaceKey,
  name: string,
  value: unknown,
): Promise<void> {
  await stack.clients.dynamodb.send(
    new UpdateItemCommand({
      TableName: 'WorkspaceStatus',
      Key: toItem({ ...key }),
      UpdateExpression: 'SET #name = :value',
      ExpressionAttributeNames: { '#name': name },
      ExpressionAttributeValues: toItem({ ':value': value }),
    }),
  );
}

export function rowOf(stack: Stack, key: WorkspaceKey): Promise<Record<string, unknown> | undefined> {
  return readItem(stack.clients.dynamodb, 'WorkspaceStatus', toItem({ ...key }));
}

/** Names of all schedules, the earliest first: they begin with their time. */
export async function scheduleNames(stack: Stack): Promise<string[]> {
  const names: string[] = [];
  for await (const { Schedules = [] } of paginateListSchedules({ client: stack.clients.scheduler }, {})) {
    names.push(...Schedules.map(({ Name = '' }) => Name));
  }
  return names.sort();
}

export async function post(stack: Stack, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(stack.httpUrl + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A signed `subscription.updated`, now by the stack's clock. */
export function bill(stack: Stack, clientId: string, subscriptionStatus: string, subscriptionTier = 'pro') {
  const timestamp = Math.floor(stack.clock.now());
  const body = JSON.stringify({
    type: 'subscription.updated',
    timestamp,
    data: { clientId, subscriptionStatus, subscriptionTier },
  });
  const sent = new Date();
  const id = `msg_${clientId}_${subscriptionStatus}_${timestamp}`;
  return post(stack, '/billing/events', body, {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sent.getTime() / 1000)),
    'webhook-signature': new Webhook(stack.configuration.billingWebhookSecret ?? '').sign(id, sent, body),
  });
}
