import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { toItem } from '../../../src/aws/update-expression.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { StackProcess } from './stack-process.ts';

export const TABLE = 'WorkspaceStatus';
const DAY = 86_400;

/** Of `pro`, of which notice is given a day before 30 days are over: that is its first wake-up. Epoch seconds. */
export function firstWakeUp(lastActivity: number): number {
  return lastActivity + 29 * DAY + 1;
}

export function sampleKey(index: number): WorkspaceKey {
  return { clientId: `client-${index % 10}`, userId: `user-${index}` };
}

/** Writes the row of a workspace in use, straight to the table. */
export async function putSampleRow(
  { clients }: StackProcess,
  key: WorkspaceKey,
  lastActivity: number,
): Promise<void> {
  const row = {
    ...key,
    subscriptionStatus: 'active',
    subscriptionTier: 'pro',
    lastActivity,
    containerStatus: 'active',
    efsAccessPoint: 'fsap-0123456789abcdef0',
  };
  await clients.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: toItem(row) }));
}
