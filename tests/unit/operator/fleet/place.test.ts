import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InstallationError } from '../../../../src/core/errors.ts';
import { placeOf } from '../../../../src/operator/fleet/place.ts';

const TableArn = 'arn:aws:dynamodb:eu-west-1:123456789012:table/WorkspaceStatus';

function connectionTo(Table: object | undefined) {
  const asked: unknown[] = [];
  const send = async ({ input }: { input: unknown }) => {
    asked.push(input);
    return { Table };
  };
  const configuration = { workspaceStatusTable: 'WorkspaceStatus', region: 'eu-west-1' };
  const clients = { dynamodb: { send } as unknown as DynamoDBClient };
  return { asked, connection: { stage: 'prod', configuration, clients } };
}

test('an installation is told from any other by its table, and by where it is asked', async () => {
  const { asked, connection } = connectionTo({ TableArn, TableId: 'id-1' });
  expect(await placeOf(connection, { AWS_ENDPOINT_URL: 'http://127.0.0.1:8000' })).toEqual({
    stage: 'prod',
    table: 'WorkspaceStatus',
    region: 'eu-west-1',
    tableId: 'id-1',
    tableArn: TableArn,
    endpoint: 'http://127.0.0.1:8000',
  });
  expect(asked).toEqual([{ TableName: 'WorkspaceStatus' }]);
  expect(await placeOf(connection, {})).toMatchObject({ endpoint: 'of AWS' });
});

test('one that cannot be told from another is none to go on with', async () => {
  await expect(placeOf(connectionTo({}).connection, {})).rejects.toThrow(InstallationError);
});
