import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DynamoDBPosixUids, uidCandidates } from '../../../src/aws/dynamodb-posix-uids.ts';
import { familyOf } from '../../../src/aws/ecs-revision.ts';
import { EfsAccessPoints } from '../../../src/aws/efs-access-points.ts';
import { toItem } from '../../../src/aws/update-expression.ts';
import { InvariantError } from '../../../src/core/errors.ts';
import {
  type WorkspaceKey,
  workspaceKeySchema,
  workspacePath,
  workspaceReference,
} from '../../../src/core/workspace-key.ts';
import { ensureTables } from '../../../src/local/template/ensure-tables.ts';
import { readTemplate } from '../../../src/local/template/template.ts';
import { TestEngine } from '../../support/engine.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { type Answers, stubClient } from './stub-client.ts';

const TABLE = 'WorkspaceUids';
const keyOf = (userId: string, clientId = 'acme'): WorkspaceKey => ({ clientId, userId });

/** The first `count` candidates. */
function firstOf(key: WorkspaceKey, count: number): number[] {
  const candidates = uidCandidates(key);
  return Array.from({ length: count }, () => candidates.next().value);
}

/** Three user ids for all; which one first depends on the workspace. */
function* threeForAll({ userId }: WorkspaceKey): Generator<number, void> {
  const first = userId.charCodeAt(0) % 3;
  for (let step = 0; step < 3; step += 1) yield 10_000 + ((first + step) % 3);
}

/** A table that knows the one condition that is asked of it. */
function memoryTable() {
  const owners = new Map<string, string>();
  const { client, sent } = stubClient<DynamoDBClient>({
    UpdateItem: ({ Key, ExpressionAttributeValues: values, ConditionExpression }) => {
      expect(ConditionExpression).toBe('attribute_not_exists(#uid) OR (#client = :client AND #user = :user)');
      const owner = JSON.stringify([values[':client'].S, values[':user'].S]);
      const known = owners.get(Key.uid.N);
      if (known !== undefined && known !== owner) {
        throw new ConditionalCheckFailedException({ message: 'taken', $metadata: {} });
      }
      owners.set(Key.uid.N, owner);
      return {};
    },
  });
  return { client, sent, owners };
}

describe('candidates', () => {
  test('always the same, in the same order, within what EFS takes and above what systems use', () => {
    expect(firstOf(OK_KEY, 3)).toEqual(firstOf(OK_KEY, 3));
    for (let index = 0; index < 500; index += 1) {
      for (const uid of firstOf(keyOf(`user-${index}`), 4)) {
        expect(Number.isInteger(uid)).toBe(true);
        expect(uid).toBeGreaterThanOrEqual(10_000);
        expect(uid).toBeLessThanOrEqual(4_294_967_293);
      }
    }
  });

  test('they never change: files on disk are owned by them', () => {
    expect(firstOf(OK_KEY, 3)).toEqual([3_999_386_688, 3_418_475_921, 2_838_147_038]);
  });

  test('they reach over the whole range', () => {
    const uids = Array.from({ length: 2_000 }, (_, index) => firstOf(keyOf(`user-${index}`), 1)[0] ?? 0);
    expect(Math.min(...uids)).toBeLessThan(50_000_000);
    expect(Math.max(...uids)).toBeGreaterThan(4_200_000_000);
  });
});

/** What holds of every table, whatever keeps it. */
function contract(start: () => Promise<DynamoDBClient> | DynamoDBClient) {
  const uidsOf = async (candidates?: (key: WorkspaceKey) => Iterable<number>) =>
    new DynamoDBPosixUids(await start(), TABLE, candidates);

  test('the first candidate, and the same at every call', async () => {
    const uids = await uidsOf();
    const [first] = firstOf(OK_KEY, 1);
    expect(await uids.of(OK_KEY)).toBe(first);
    expect(await uids.of(OK_KEY)).toBe(first);
  });

  test.each([['abc'], ['acb'], ['bac'], ['cba'], ['cab']])(
    'collisions: in order of arrival %s, each has its own and keeps it',
    async (order) => {
      const uids = await uidsOf(threeForAll);
      // a, d and g would all have the same one.
      const arriving = [...order].map((letter) => keyOf({ a: 'a', b: 'd', c: 'g' }[letter] ?? ''));
      const given: number[] = [];
      for (const key of arriving) given.push(await uids.of(key));
      expect([...given].sort()).toEqual([10_000, 10_001, 10_002]);
      for (const [index, key] of [...arriving.entries()].reverse()) {
        expect(await uids.of(key)).toBe(given[index]);
      }
    },
  );

  test('collisions: at the same moment, each has its own', async () => {
    const uids = await uidsOf(threeForAll);
    const keys = ['a', 'd', 'g'].map((letter) => keyOf(letter));
    const given = await Promise.all(keys.map((key) => uids.of(key)));
    expect(new Set(given).size).toBe(3);
    expect(await Promise.all(keys.map((key) => uids.of(key)))).toEqual(given);
  });

  test('the same workspace twice at the same moment: one and the same', async () => {
    const uids = await uidsOf(threeForAll);
    await uids.of(keyOf('d'));
    const [one, other] = await Promise.all([uids.of(keyOf('a')), uids.of(keyOf('a'))]);
    expect(one).toBe(other);
  });

  test('client and user are told apart', async () => {
    const uids = await uidsOf(threeForAll);
    const given = [
      await uids.of(keyOf('a', 'a')),
      await uids.of(keyOf('a', 'b')),
      await uids.of(keyOf('d', 'a')),
    ];
    expect(new Set(given).size).toBe(3);
  });

  test('none is left: said, and nothing of another’s is handed out', async () => {
    const uids = await uidsOf(threeForAll);
    for (const letter of 'abc') await uids.of(keyOf(letter));
    const refused = uids.of(keyOf('d'));
    await expect(refused).rejects.toThrow(InvariantError);
    await expect(refused).rejects.toThrow(
      'the first 3 user ids of acme/d are taken by others in WorkspaceUids',
    );
  });
}

describe('in memory', () => {
  contract(() => memoryTable().client);

  test('an entry says whose it is', async () => {
    const { client, sent } = memoryTable();
    const uid = await new DynamoDBPosixUids(client, TABLE).of(OK_KEY);
    expect(sent[0]).toMatchObject({
      name: 'UpdateItem',
      input: {
        TableName: TABLE,
        Key: { uid: { N: String(uid) } },
        UpdateExpression: 'SET #client = :client, #user = :user',
        ExpressionAttributeNames: { '#uid': 'uid', '#client': 'clientId', '#user': 'userId' },
        ExpressionAttributeValues: { ':client': { S: 'acme' }, ':user': { S: 'ada' } },
      },
    });
  });

  test('after a hundred candidates it ends', async () => {
    const taken = () => {
      throw new ConditionalCheckFailedException({ message: 'taken', $metadata: {} });
    };
    const { client, sent } = stubClient<DynamoDBClient>({ UpdateItem: taken });
    await expect(new DynamoDBPosixUids(client, TABLE).of(OK_KEY)).rejects.toThrow(
      'the first 100 user ids of acme/ada',
    );
    expect(sent).toHaveLength(100);
  });

  test.each<[string, Answers]>([
    [
      'DynamoDB fails',
      {
        UpdateItem: () => {
          throw new Error('odd');
        },
      },
    ],
  ])('%s: the next candidate is not taken for it', async (_, answers) => {
    const { client, sent } = stubClient<DynamoDBClient>(answers);
    await expect(new DynamoDBPosixUids(client, TABLE).of(OK_KEY)).rejects.toThrow('odd');
    expect(sent).toHaveLength(1);
  });

  test('somebody’s transaction at the item is waited for, and not taken for another owner', async () => {
    let tries = 0;
    const { client, sent } = stubClient<DynamoDBClient>({
      UpdateItem: () => {
        tries += 1;
        if (tries === 1) throw new TransactionConflictException({ message: 'busy', $metadata: {} });
        return {};
      },
    });
    expect(await new DynamoDBPosixUids(client, TABLE).of(OK_KEY)).toBe(firstOf(OK_KEY, 1)[0]);
    expect(sent).toHaveLength(2);
  });
});

const platform = `${process.platform}-${process.arch}`;
const isInstalled = existsSync(resolve(`node_modules/@dynoxide/${platform}/dynoxide`));

(isInstalled ? describe : describe.skip)(`in the engine @dynoxide/${platform}`, () => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await TestEngine.start();
  });
  afterEach(() => engine.stop());

  /** A table as serverless.yml describes it. */
  const start = async () => {
    const tables = readTemplate('serverless.yml').tables.filter(
      ({ createTableInput }) => createTableInput.TableName === TABLE,
    );
    expect(tables).toHaveLength(1);
    await ensureTables(engine.database, tables);
    return engine.database;
  };
  contract(start);

  test('an entry has its key, its client, its user, and nothing else; one of another stays as it is', async () => {
    const database = await start();
    const [first, second] = firstOf(OK_KEY, 2);
    const others = { uid: first, clientId: 'acme', userId: 'bob' };
    await database.send(new PutItemCommand({ TableName: TABLE, Item: toItem(others) }));
    expect(await new DynamoDBPosixUids(database, TABLE).of(OK_KEY)).toBe(second);
    const { Items = [] } = await database.send(new ScanCommand({ TableName: TABLE }));
    const entries = Items.map((item) => unmarshall(item)).sort((a, b) => a.userId.localeCompare(b.userId));
    expect(entries).toEqual([{ uid: second, ...OK_KEY }, others]);
  });
});

/** The token that EFS would be given. */
async function clientTokenOf(key: WorkspaceKey, uid: number): Promise<string> {
  const { client, sent } = stubClient<ConstructorParameters<typeof EfsAccessPoints>[0]>({
    CreateAccessPoint: () => {
      throw new Error('seen');
    },
  });
  await new EfsAccessPoints(client, 'fs-0123456789abcdef0').ensure(key, uid).catch(() => {});
  return sent[0]?.input.ClientToken;
}

describe('names of different workspaces', () => {
  test('10,000 workspaces: paths, references, families, user ids and tokens are unique', async () => {
    const seed = 20_260_101;
    const random = seededRandom(seed);
    const characters = 'abAB01_.@+=:-';
    const id = () => {
      const length = 1 + Math.floor(random() * 5);
      return Array.from({ length }, () => characters[Math.floor(random() * characters.length)]).join('');
    };
    const keys = new Map<string, WorkspaceKey>();
    while (keys.size < 10_000) {
      const parsed = workspaceKeySchema.safeParse({ clientId: id(), userId: id() });
      if (parsed.success) keys.set(JSON.stringify(parsed.data), parsed.data);
    }
    // A small range, so that there are collisions among them.
    const narrow = function* (key: WorkspaceKey) {
      for (const uid of uidCandidates(key)) yield 10_000 + (uid % 40_000);
    };
    const uids = new DynamoDBPosixUids(memoryTable().client, TABLE, narrow);
    const all = {
      paths: new Set(),
      references: new Set(),
      families: new Set(),
      uids: new Set(),
      tokens: new Set(),
    };
    let collisions = 0;
    for (const key of keys.values()) {
      const uid = await uids.of(key);
      if (uid !== narrow(key).next().value) collisions += 1;
      all.paths.add(workspacePath(key));
      all.references.add(workspaceReference(key));
      all.families.add(familyOf(key));
      all.uids.add(uid);
      all.tokens.add(await clientTokenOf(key, uid));
    }
    const sizes = Object.fromEntries(Object.entries(all).map(([name, set]) => [name, set.size]));
    expect({ seed, ...sizes }).toEqual({
      seed,
      paths: 10_000,
      references: 10_000,
      families: 10_000,
      uids: 10_000,
      tokens: 10_000,
    });
    expect(collisions).toBeGreaterThan(500);
  });

  test.each<[string, string, string, string]>([
    ['a-b', 'c', 'a', 'b-c'],
    ['a_', 'b', 'a', '_b'],
    ['a_b', 'c', 'a', 'b_c'],
    ['a__b', 'c', 'a', 'b__c'],
    ['a_', '_b', 'a', '__b'],
    ['a_2d', 'b', 'a-', 'b'],
    ['a_40', 'b', 'a@', 'b'],
    ['a', 'b_5f', 'a', 'b_'],
    ['ab', 'c', 'a', 'bc'],
    ['a:b', 'c', 'a', 'b:c'],
    ['a@b', 'c', 'a', 'b@c'],
    ['A', 'b', 'a', 'b'],
    ['1', '11', '11', '1'],
    ['a', 'b', 'b', 'a'],
  ])('%s, %s and %s, %s stay apart', async (clientId, userId, otherClient, otherUser) => {
    const [one, other] = [keyOf(userId, clientId), keyOf(otherUser, otherClient)];
    for (const key of [one, other]) expect(workspaceKeySchema.safeParse(key).success).toBe(true);
    expect(workspacePath(one)).not.toBe(workspacePath(other));
    expect(workspaceReference(one)).not.toBe(workspaceReference(other));
    expect(familyOf(one)).not.toBe(familyOf(other));
    expect(await clientTokenOf(one, 10_000)).not.toBe(await clientTokenOf(other, 10_000));
    expect(firstOf(one, 5).filter((uid) => firstOf(other, 5).includes(uid))).toEqual([]);
  });
});
