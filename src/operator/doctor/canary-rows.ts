import {
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../aws/attribute-values.ts';
import { readItem } from '../../aws/dynamodb.ts';
import { toItem } from '../../aws/update-expression.ts';
import { CANARY_CLIENT, type CanaryPorts } from './canary.ts';

/** The rows of canaries in DynamoDB: of no other client, whatever is asked. */
export function canaryRows(
  client: DynamoDBClient,
  TableName: string,
): Pick<CanaryPorts, 'put' | 'read' | 'remove' | 'leftOver'> {
  const keyOf = (userId: string) => toItem({ clientId: CANARY_CLIENT, userId });
  return {
    put: async (row) => {
      const Item = toItem({ ...row, clientId: CANARY_CLIENT });
      await client.send(
        new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(clientId)' }),
      );
    },
    read: (userId) => readItem(client, TableName, keyOf(userId)),
    remove: async (userId) => {
      await client.send(new DeleteItemCommand({ TableName, Key: keyOf(userId) }));
    },
    leftOver: async () => {
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          ConsistentRead: true,
          KeyConditionExpression: 'clientId = :canary',
          ExpressionAttributeValues: toItem({ ':canary': CANARY_CLIENT }),
        }),
      );
      return Items.map((item) => String(toPlain(item).userId));
    },
  };
}
