import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import type { TemplateTable } from '../../src/local/template/tables.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import { TestEngine } from '../support/engine.ts';

let engine: TestEngine;
beforeAll(async () => {
  engine = await TestEngine.start();
});
afterAll(() => engine.stop());

const okTable: TemplateTable = {
  logicalId: 'OrdersTable',
  createTableInput: {
    TableName: 'Orders',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 'day', AttributeType: 'S' },
    ],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-day',
        KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  },
};
const ensure = (change: Partial<TemplateTable['createTableInput']> = {}) =>
  ensureTables(engine.database, [
    { ...okTable, createTableInput: { ...okTable.createTableInput, ...change } },
  ]);

test("the project's tables are created once, and their streams found again", async () => {
  const { tables } = readTemplate('serverless.yml');
  const created = await ensureTables(engine.database, tables);
  expect([...created.keys()].sort()).toEqual(
    tables
      .filter(({ createTableInput }) => createTableInput.StreamSpecification !== undefined)
      .map(({ createTableInput }) => createTableInput.TableName)
      .sort(),
  );
  expect(await ensureTables(engine.database, tables)).toEqual(created);
});

test('a table that differs is left as it is, and the error says in what', async () => {
  await ensure();
  await expect(ensure({ KeySchema: [{ AttributeName: 'day', KeyType: 'HASH' }] })).rejects.toThrow(
    /Table Orders .*its keys: id S HASH; in serverless\.yml: day S HASH/s,
  );
  await expect(ensure({ GlobalSecondaryIndexes: [] })).rejects.toThrow(
    /its indexes: by-day \(day S HASH; KEYS_ONLY\); in serverless\.yml: none/,
  );
  await expect(
    ensure({ StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' } }),
  ).rejects.toThrow(/its stream: NEW_IMAGE; in serverless\.yml: KEYS_ONLY/);
  const { Table } = await engine.database.send(new DescribeTableCommand({ TableName: 'Orders' }));
  expect(Table?.KeySchema).toEqual(okTable.createTableInput.KeySchema);
});
