import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { DynamoDBAccounts } from '../../src/aws/dynamodb-accounts.ts';
import { DynamoDBBudgets } from '../../src/aws/dynamodb-budgets.ts';
import { DynamoDBControl } from '../../src/aws/dynamodb-control.ts';
import { DynamoDBHistory } from '../../src/aws/dynamodb-history.ts';
import { DynamoDBWorkspaces } from '../../src/aws/dynamodb-workspaces.ts';
import { historyEntrySchema } from '../../src/core/history.ts';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import { controlContracts } from '../support/control-contracts.ts';
import { TestEngine } from '../support/engine.ts';
import { type ContractWorld, portContracts } from '../support/port-contracts.ts';

jest.setTimeout(180_000);

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

    const entriesOf = async (table: string, workspace: string) => {
      const { entries } = await new DynamoDBHistory(engine.database, table).page(workspace, 10);
      return entries.map((entry) => historyEntrySchema.parse(entry)).reverse();
    };

    /** New tables as serverless.yml describes them, under names of their own. */
    const createTables = async (): Promise<(name: string) => string> => {
      worlds += 1;
      const suffix = worlds;
      const named = (name: string) => `${name}-${suffix}`;
      const tables = readTemplate('serverless.yml').tables.map((table) => ({
        ...table,
        createTableInput: { ...table.createTableInput, TableName: named(table.createTableInput.TableName) },
      }));
      await ensureTables(engine.database, tables);
      return named;
    };

    const start = async (): Promise<ContractWorld> => {
      const named = await createTables();
      const history = { name: named('WorkspaceHistory'), days: 400 };
      const names = { workspaces: named('WorkspaceStatus'), accounts: named('ClientAccounts'), history };
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
        history: () => entriesOf(history.name, 'acme/ada'),
      };
    };
    portContracts(start);

    controlContracts(async () => {
      const named = await createTables();
      const history = { name: named('WorkspaceHistory'), days: 400 };
      return {
        control: new DynamoDBControl(engine.database, { control: named('CleanupControl'), history }),
        budgets: new DynamoDBBudgets(engine.database, named('CleanupControl')),
        history: () => entriesOf(history.name, '#cleanup'),
      };
    });
  },
);
