import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { TemplateTable } from './tables.ts';

/** Far longer than any engine on this machine takes. */
const LONGEST_CREATION_SECONDS = 60;

/**
 * Creates the tables that are missing and returns the ARN of each table's stream by table name; tables without
 * a stream are not in it. Existing tables are never changed: one whose keys, indexes or stream differ from the
 * template throws, as its data may be worth more than the template.
 */
export async function ensureTables(
  client: DynamoDBClient,
  tables: readonly TemplateTable[],
): Promise<Map<string, string>> {
  const streamArns = new Map<string, string>();
  for (const { createTableInput } of tables) {
    const name = createTableInput.TableName;
    const table = (await describe(client, name)) ?? (await create(client, createTableInput, name));
    rejectDifferences(table, createTableInput, name);
    if (table.LatestStreamArn !== undefined && createTableInput.StreamSpecification !== undefined) {
      streamArns.set(name, table.LatestStreamArn);
    }
  }
  return streamArns;
}

async function describe(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function create(
  client: DynamoDBClient,
  input: CreateTableCommandInput,
  name: string,
): Promise<TableDescription> {
  await client.send(new CreateTableCommand(input));
  await waitUntilTableExists(
    { client, maxWaitTime: LONGEST_CREATION_SECONDS, minDelay: 1 },
    { TableName: name },
  );
  const table = await describe(client, name);
  if (table === undefined) throw new Error(`Table ${name} is gone right after it was created; start again`);
  return table;
}

/** What of a table must be as in the template, as text to compare and to show. */
function shapeOf(table: TableDescription | CreateTableCommandInput): Record<string, string> {
  const types = new Map(table.AttributeDefinitions?.map((a) => [a.AttributeName, a.AttributeType]));
  const keys = (schema: readonly KeySchemaElement[] = []) =>
    schema.map((key) => `${key.AttributeName} ${types.get(key.AttributeName)} ${key.KeyType}`).join(', ');
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])].map(
    ({ IndexName, KeySchema, Projection }) => {
      const projected = [Projection?.ProjectionType, ...[...(Projection?.NonKeyAttributes ?? [])].sort()];
      return `${IndexName} (${keys(KeySchema)}; ${projected.join(' ')})`;
    },
  );
  const stream = table.StreamSpecification;
  return {
    keys: keys(table.KeySchema),
    indexes: indexes.sort().join(', ') || 'none',
    stream: (stream?.StreamEnabled && stream.StreamViewType) || 'none',
  };
}

function rejectDifferences(table: TableDescription, expected: CreateTableCommandInput, name: string): void {
  const [actualShape, expectedShape] = [shapeOf(table), shapeOf(expected)];
  const differences = Object.keys(expectedShape)
    .filter((part) => actualShape[part] !== expectedShape[part])
    .map((part) => `its ${part}: ${actualShape[part]}; in serverless.yml: ${expectedShape[part]}`);
  if (differences.length === 0) return;
  throw new Error(
    `Table ${name} in the database differs from serverless.yml.\n  ${differences.join('\n  ')}\n` +
      'Nothing was changed. Remove the table, or start with another data directory.',
  );
}
