import { type DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { armedDayOf } from '../../../src/aws/dynamodb-upcoming.ts';
import { DynamoDBWorkspaces } from '../../../src/aws/dynamodb-workspaces.ts';
import { DAY, NOW, OK_KEY } from '../../support/memory/ok-values.ts';
import { stubClient } from './stub-client.ts';

// What each write does is told by the contract suite, against a real engine. Here is what no engine does on demand.

const history = { name: 'WorkspaceHistory', days: 400 };
const names = { workspaces: 'WorkspaceStatus', accounts: 'ClientAccounts', history };
const okAccount = {
  clientId: 'acme',
  revision: 1,
  entitlement: { status: 'active', tier: 'pro' } as const,
  eventAt: NOW,
  fanOut: undefined,
};
const okRow = {
  ...OK_KEY,
  lastActivity: NOW,
  retentionDays: undefined,
  efsAccessPoint: 'fsap-1',
  posixUid: 70_000,
};

describe('a creation that is cancelled', () => {
  const create = (...codes: string[]) => {
    const { client } = stubClient<DynamoDBClient>({
      TransactWriteItems: () => {
        const CancellationReasons = codes.map((Code) => ({ Code }));
        throw new TransactionCanceledException({ message: 'cancelled', CancellationReasons, $metadata: {} });
      },
    });
    return new DynamoDBWorkspaces(client, names).create(okRow, okAccount);
  };

  test.each([
    [['ConditionalCheckFailed', 'None'], 'exists'],
    [['ConditionalCheckFailed', 'ConditionalCheckFailed'], 'exists'],
    [['None', 'ConditionalCheckFailed'], 'account-changed'],
    [['None', 'TransactionConflict'], 'account-changed'],
    [['TransactionConflict', 'None'], 'account-changed'],
  ])('%j: %s', async (codes, expected) => {
    expect(await create(...codes)).toBe(expected);
  });

  test.each([[['None', 'ThrottlingError']], [[]]])(
    'for another reason, %j: thrown, since trying again may help',
    async (codes) => {
      await expect(create(...codes)).rejects.toThrow(TransactionCanceledException);
    },
  );
});

test('each workspace and each state of the account has an update of its own', async () => {
  const { client, sent } = stubClient<DynamoDBClient>({ UpdateItem: () => ({}) });
  const workspaces = new DynamoDBWorkspaces(client, names);
  const later = { ...okAccount, revision: 2, entitlement: { status: 'suspended', tier: undefined } as const };
  for (const account of [okAccount, later])
    for (const userId of ['ada', 'bo'])
      await workspaces.carrySubscription({ clientId: 'acme', userId }, account);
  expect(sent.map(({ input }) => input.Key.userId.S)).toEqual(['ada', 'bo', 'ada', 'bo']);
  const [first, second, third, fourth] = sent.map(({ input: { Key: _, ...rest } }) => rest);
  expect(second).toEqual(first);
  expect(fourth).toEqual(third);
  expect(Object.values(first.ExpressionAttributeValues)).toContainEqual({ S: 'active' });
  expect(Object.values(third.ExpressionAttributeValues)).toContainEqual({ S: 'suspended' });
  expect(Object.values(third.ExpressionAttributeNames)).not.toContain('subscriptionTier');
});

test('a page of the index that is empty is not the last one', async () => {
  let pages = 0;
  const { client, sent } = stubClient<DynamoDBClient>({
    Query: () => {
      pages += 1;
      const Items = [{ clientId: { S: 'acme' }, userId: { S: 'ada' }, armedFor: { N: String(NOW) } }];
      return pages === 1 ? { Items: [], LastEvaluatedKey: { clientId: { S: 'a' } } } : { Items };
    },
  });
  const found = await new DynamoDBWorkspaces(client, names).armedBetween(NOW, NOW + 1, 10);
  expect(found).toEqual([{ key: OK_KEY, armedFor: NOW }]);
  expect(sent.map(({ input }) => input.ExclusiveStartKey)).toEqual([undefined, { clientId: { S: 'a' } }]);
});

test('no more is asked for than is wanted', async () => {
  const { client, sent } = stubClient<DynamoDBClient>({
    Query: () => ({
      Items: [{ clientId: { S: 'acme' }, userId: { S: 'ada' }, armedFor: { N: String(NOW) } }],
    }),
  });
  await new DynamoDBWorkspaces(client, names).armedBetween(NOW, NOW + 9 * DAY, 3);
  expect(sent.map(({ input }) => input.Limit)).toEqual([3, 2, 1]);
});

test.each([
  [NOW - 1, '2025-12-31'],
  [NOW, '2026-01-01'],
  [NOW + DAY - 1, '2026-01-01'],
  [99_999_999_999, '5138-11-16'],
])('the day of %d is %s', (at, day) => {
  expect(armedDayOf(at)).toBe(day);
});
