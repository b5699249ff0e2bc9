import type { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FleetReader } from '../../../../src/operator/console/fleet-reader.ts';

const KEYS = [
  { clientId: 'acme', userId: 'ada' },
  { clientId: 'acme', userId: 'bo' },
];

/** A table that leaves out every key but the first, so many times, as when it is throttled. */
function throttledReader(times: number) {
  const pauses: number[] = [];
  let asked = 0;
  const send = async ({ input }: BatchGetItemCommand) => {
    const keys = input.RequestItems?.WorkspaceStatus?.Keys ?? [];
    asked += 1;
    const served = asked > times ? keys : keys.slice(0, asked === 1 ? 1 : 0);
    const left = keys.slice(served.length);
    return {
      Responses: { WorkspaceStatus: served },
      UnprocessedKeys: left.length > 0 ? { WorkspaceStatus: { Keys: left } } : {},
    };
  };
  const reader = new FleetReader(
    { send } as unknown as DynamoDBClient,
    'WorkspaceStatus',
    async (seconds) => {
      pauses.push(seconds);
    },
  );
  return { reader, pauses, asked: () => asked };
}

test('what the table leaves out is asked for again, after a longer pause each time', async () => {
  const { reader, pauses } = throttledReader(3);
  expect((await reader.readKeys(KEYS)).map(({ userId }) => userId)).toEqual(['ada', 'bo']);
  expect(pauses).toEqual([0.1, 0.2, 0.4]);
});

test('a table that goes on leaving it out is not asked for ever', async () => {
  const { reader, asked } = throttledReader(1_000);
  await expect(reader.readKeys(KEYS)).rejects.toThrow('leaves out 1 of 2 rows of WorkspaceStatus');
  expect(asked()).toBe(6);
});
