import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { DynamoDBAccounts } from '../../src/aws/dynamodb-accounts.ts';
import { DynamoDBWorkspaces } from '../../src/aws/dynamodb-workspaces.ts';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import { TestEngine } from '../support/engine.ts';
import { type ContractWorld, portContracts } from '../support/port-contracts.ts';

const platform = `${process.platform}-${process.arch}`;
const isInstalled = existsSync(resolve(`node_modules/@dynoxide/${platform}/dynoxide`));

(isInstalled ? describe : describe.skip)(
  `the adapters of DynamoDB, against the engine @dynoxide/${platform}`,
  () => {
    let engine: TestEngine;
    let worlds = 0;
    beforeAll(async () => {
      engine = await TestEngine.start();
    });
    afterAll(() => engine.stop());

    /** New tables as serverless.yml describes them, under names of their own. */
    const start = async (): Promise<ContractWorld> => {
      worlds += 1;
      const named = (name: string) => `${name}-${worlds}`;
      const tables = readTemplate('serverless.yml').tables.map((table) => ({
        ...table,
        createTableInput: { ...table.createTableInput, TableName: named(table.createTableInput.TableName) },
      }));
      await ensureTables(engine.database, tables);
      const names = { workspaces: named('WorkspaceStatus'), accounts: named('ClientAccounts') };
      return {
        workspaces: new DynamoDBWorkspaces(engine.database, names),
        accounts: new DynamoDBAccounts(engine.database, names.accounts),
        putRow: async (row) => {
          const Item = marshall(row, { removeUndefinedValues: true });
          await engine.database.send(new PutItemCommand({ TableName: names.workspaces, Item }));
        },
        readAccount: async (clientId) => {
          const { Item } = await engine.database.send(
            new GetItemCommand({ TableName: names.accounts, Key: marshall({ clientId }) }),
          );
          return Item && unmarshall(Item);
        },
      };
    };
    portContracts(start);
  },
);
