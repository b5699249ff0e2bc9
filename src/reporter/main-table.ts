import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { run, type WayOut } from './run.ts';
import { TableWay } from './table-way.ts';

const byTable: WayOut = (env) => {
  const { WORKSPACE_STATUS_TABLE: TableName, CLIENT_ID: clientId, USER_ID: userId } = env;
  if (!TableName || !clientId || !userId)
    return { problem: 'WORKSPACE_STATUS_TABLE, CLIENT_ID or USER_ID is not set, expected all three' };
  const client = new DynamoDBClient({ maxAttempts: 2 });
  const Key = marshall({ clientId, userId });
  const way = new TableWay(async ({ updateExpression, conditionExpression, names, values }) => {
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key,
        UpdateExpression: updateExpression,
        ConditionExpression: conditionExpression,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: marshall(values),
      }),
    );
  });
  return { way };
};

const isProgram =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isProgram) process.exit(await run(process.argv.slice(2), process.env, byTable));
