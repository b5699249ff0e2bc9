import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { attempt } from './attempt.ts';
import type { ExpectedTable } from './expected-tables.ts';
import type { Finding, Judgement } from './finding.ts';
import { judge } from './finding.ts';

const DEPLOY = 'deploy the stage again, after a look at what has changed it: sls deploy --stage <stage>';

/** Everything about a table: its form, and whether what is in it is protected. */
export async function lookAtTable(
  client: DynamoDBClient,
  name: string,
  expected: ExpectedTable,
  endpoint: string | undefined,
): Promise<Finding[]> {
  const table = await attempt(
    { check: 'table', subject: name, needs: 'dynamodb:DescribeTable' },
    endpoint,
    async () => {
      try {
        const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
        return judgeTable(Table, expected);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        return judgeTable(undefined, expected);
      }
    },
  );
  if (table.result !== 'ok' && table.result !== 'look') return [table];
  const backups = await attempt(
    { check: 'backups', subject: name, needs: 'dynamodb:DescribeContinuousBackups' },
    endpoint,
    async () => {
      const { ContinuousBackupsDescription } = await client.send(
        new DescribeContinuousBackupsCommand({ TableName: name }),
      );
      const pitr = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      return judgeBackups(pitr);
    },
  );
  if (expected.expiry === undefined) return [table, backups];
  const expiry = await attempt(
    { check: 'expiry', subject: name, needs: 'dynamodb:DescribeTimeToLive' },
    endpoint,
    async () => {
      const { TimeToLiveDescription: ttl } = await client.send(
        new DescribeTimeToLiveCommand({ TableName: name }),
      );
      return judgeExpiry(ttl?.TimeToLiveStatus, ttl?.AttributeName, expected.expiry);
    },
  );
  return [table, backups, expiry];
}

/** Key, indexes, stream and protection of a table; undefined: there is none. */
export function judgeTable(table: TableDescription | undefined, expected: ExpectedTable): Judgement {
  if (table === undefined) {
    const todo = `${DEPLOY}; if there was one, restore it from its backup first`;
    return { result: 'wrong', seen: 'there is no such table', todo };
  }
  const problems = [
    table.TableStatus !== 'ACTIVE' && table.TableStatus !== 'UPDATING' && `it is ${table.TableStatus}`,
    ...keyProblems('the key', keyOf(table.KeySchema), expected.key),
    ...indexProblems(table, expected),
    streamProblem(table, expected),
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) return judge(problems, '', DEPLOY);
  const seen = [
    keyOf(table.KeySchema).join(' + '),
    ...Object.keys(expected.indexes).map((name) => `index ${name}`),
    ...(expected.stream ? [`stream ${expected.stream}`] : []),
  ].join(', ');
  if (table.DeletionProtectionEnabled === true) return { result: 'ok', seen: `${seen}, protected` };
  return {
    result: 'look',
    seen: `${seen}, not protected from deletion`,
    todo: `aws dynamodb update-table --table-name ${table.TableName} --deletion-protection-enabled`,
  };
}

function indexProblems(table: TableDescription, { indexes }: ExpectedTable): string[] {
  return Object.entries(indexes).flatMap(([name, key]) => {
    const index = table.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
    if (index === undefined) return [`index ${name} is missing`];
    const status = index.IndexStatus ?? 'ACTIVE';
    // What else an index has would make every heartbeat cost a second write.
    const projection = index.Projection?.ProjectionType;
    return [
      ...(status === 'ACTIVE' ? [] : [`index ${name} is ${status}, expected ACTIVE`]),
      ...keyProblems(`index ${name}`, keyOf(index.KeySchema), key),
      ...(projection === 'KEYS_ONLY' ? [] : [`index ${name} projects ${projection}, expected KEYS_ONLY`]),
    ];
  });
}

function streamProblem(
  { StreamSpecification: stream }: TableDescription,
  { stream: expected }: ExpectedTable,
) {
  if (expected === undefined) return undefined;
  if (!stream?.StreamEnabled) return `it has no stream, expected ${expected}`;
  const { StreamViewType: seen } = stream;
  return seen === expected ? undefined : `its stream shows ${seen}, expected ${expected}`;
}

function keyProblems(place: string, seen: readonly string[], expected: readonly string[]): string[] {
  if (seen.join() === expected.join()) return [];
  return [`${place} is ${seen.join(' + ') || 'missing'}, expected ${expected.join(' + ')}`];
}

function keyOf(schema: readonly KeySchemaElement[] = []): string[] {
  const partitionFirst = [...schema].sort((a) => (a.KeyType === 'HASH' ? -1 : 1));
  return partitionFirst.map(({ AttributeName = '' }) => AttributeName);
}

/** Whether the table can be brought back to any second of the last days. */
export function judgeBackups(pointInTimeRecovery: string | undefined): Judgement {
  if (pointInTimeRecovery === 'ENABLED')
    return { result: 'ok', seen: 'can be restored to any second of the last 35 days' };
  const todo = 'turn on point-in-time recovery: deploy the stage again';
  return { result: 'wrong', seen: `point-in-time recovery is ${pointInTimeRecovery ?? 'off'}`, todo };
}

/** Whether what is old goes by itself. */
export function judgeExpiry(
  status: string | undefined,
  attribute: string | undefined,
  expected: string | undefined,
): Judgement {
  const isOn = status === 'ENABLED' || status === 'ENABLING';
  if (isOn && attribute === expected) return { result: 'ok', seen: `items go at ${attribute}` };
  const seen = isOn
    ? `items go at ${attribute}, expected ${expected}`
    : `items never go (${status ?? 'off'})`;
  return { result: 'look', seen, todo: `turn on time to live by ${expected}: deploy the stage again` };
}
