import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { processEnvironment } from '../../aws/environment.ts';
import { InstallationError } from '../../core/errors.ts';
import type { Job } from './checkpoint.ts';

/** What is asked which installation it is. */
export interface Located {
  stage: string;
  configuration: { workspaceStatusTable: string; region: string };
  clients: { dynamodb: Pick<DynamoDBClient, 'send'> };
}

/**
 * What tells one installation from any other, for a checkpoint: of another account, or of another local stack, the names are the
 * same. Throws InstallationError where the table says neither of what DynamoDB says of each.
 */
export async function placeOf(
  { stage, configuration, clients }: Located,
  environment: Readonly<Record<string, string | undefined>> = processEnvironment(),
): Promise<Job> {
  const { workspaceStatusTable: table, region } = configuration;
  const { Table } = await clients.dynamodb.send(new DescribeTableCommand({ TableName: table }));
  const { TableId: tableId, TableArn: tableArn } = Table ?? {};
  if (tableId === undefined && tableArn === undefined) {
    throw new InstallationError(
      `DescribeTable of ${table} is without TableId and TableArn, expected one of them`,
    );
  }
  const endpoint = environment.AWS_ENDPOINT_URL_DYNAMODB || environment.AWS_ENDPOINT_URL || 'of AWS';
  return { stage, table, region, tableId, tableArn, endpoint };
}
