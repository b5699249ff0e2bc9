import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBFleet } from '../../../src/aws/dynamodb-fleet.ts';
import { toItem } from '../../../src/aws/update-expression.ts';
import { stubClient } from './stub-client.ts';

const key = { clientId: 'acme', userId: 'ada' };

test('a page is read from its segment, from behind a row, and says what it cost', async () => {
  const { client, sent } = stubClient<DynamoDBClient>({
    Scan: () => ({
      Items: [toItem({ ...key, lastActivity: 5 })],
      LastEvaluatedKey: toItem(key),
      ConsumedCapacity: { CapacityUnits: 3.5 },
    }),
  });
  const fleet = new DynamoDBFleet(client, 'WorkspaceStatus');
  expect(await fleet.page({ number: 2, of: 4 }, { clientId: 'acme', userId: 'aa' }, 10)).toEqual({
    rows: [{ ...key, lastActivity: 5 }],
    next: key,
    readUnits: 3.5,
  });
  expect(sent[0]?.input).toMatchObject({
    TableName: 'WorkspaceStatus',
    Segment: 2,
    TotalSegments: 4,
    Limit: 10,
    ExclusiveStartKey: toItem({ clientId: 'acme', userId: 'aa' }),
  });
});

test('a row is written only where there is none, and the one that is there comes back', async () => {
  const existing = { ...key, lastActivity: 9 };
  const { client, sent } = stubClient<DynamoDBClient>({
    PutItem: () => {
      if (sent.length === 1) return {};
      throw new ConditionalCheckFailedException({ message: 'no', $metadata: {}, Item: toItem(existing) });
    },
  });
  const fleet = new DynamoDBFleet(client, 'WorkspaceStatus');
  expect(await fleet.add({ ...key, lastActivity: 5 })).toEqual({ added: true });
  expect(await fleet.add({ ...key, lastActivity: 5 })).toEqual({ added: false, existing });
  for (const { input } of sent) expect(input.ConditionExpression).toBe('attribute_not_exists(clientId)');
});
