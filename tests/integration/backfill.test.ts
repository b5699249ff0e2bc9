import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BatchWriteItemCommand, DescribeTableCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../src/aws/attribute-values.ts';
import { toItem } from '../../src/aws/update-expression.ts';
import { type BareCloud, startBareCloud } from '../support/bare-cloud.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { NOON } from '../support/local-services.ts';
import { ctl, startCtl } from '../support/workspacectl.ts';

jest.setTimeout(120_000);

const ROWS = 400;
const folder = useDataFolder();
let cloud: BareCloud;
beforeEach(async () => {
  cloud = await startBareCloud({ dataDirectory: folder(), now: NOON });
  for (let first = 0; first < ROWS; first += 25) {
    const rows = Array.from({ length: 25 }, (_, index) => legacyRow(first + index));
    const WorkspaceStatus = rows.map((row) => ({ PutRequest: { Item: toItem(row) } }));
    await cloud.database.send(new BatchWriteItemCommand({ RequestItems: { WorkspaceStatus } }));
  }
});
afterEach(() => cloud.close());

/** A row from before the system: nothing of its own is in it. The first two are due, the third is not valid. */
function legacyRow(index: number): Record<string, unknown> {
  return {
    clientId: `client-${index % 7}`,
    userId: `user-${index}`,
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    containerStatus: 'active',
    lastActivity: index < 2 ? NOON - 30 * 86_400 : index === 2 ? -1 : NOON - index * 60,
  };
}

async function rowsArmed(): Promise<number> {
  const { Items = [] } = await cloud.database.send(new ScanCommand({ TableName: 'WorkspaceStatus' }));
  return Items.map(toPlain).filter(({ armedFor }) => typeof armedFor === 'number').length;
}

test('a backfill that is killed in the middle is gone on with, and nothing is armed twice', async () => {
  const flags = ['backfill', '--rate', '300', '--due-rate', '1000', '--segments', '2', '--json'];
  const killed = startCtl(cloud, folder(), flags);
  const checkpoint = join(folder(), 'workspacectl-backfill.checkpoint.json');
  while (!existsSync(checkpoint)) await setTimeout(5);
  killed.child.kill('SIGKILL');
  expect((await killed.answered).code).toBe('SIGKILL');
  const before = cloud.scheduled.length;
  expect(before).toBeGreaterThanOrEqual(100);
  expect(before).toBeLessThan(ROWS - 50);

  const { Table } = await cloud.database.send(new DescribeTableCommand({ TableName: 'WorkspaceStatus' }));
  expect(JSON.parse(readFileSync(checkpoint, 'utf8')).job).toMatchObject({
    tableId: Table?.TableId,
    endpoint: cloud.url,
  });
  const other = await ctl(cloud, folder(), ...flags, '--stage', 'prod');
  expect(other).toMatchObject({ code: 2, error: expect.stringContaining('is of another job') });
  const { code, out, error } = await ctl(cloud, folder(), ...flags);
  expect(error).toContain('going on from workspacectl-backfill.checkpoint.json');
  const tally = JSON.parse(out);
  expect({ code, tally }).toMatchObject({
    code: 1,
    tally: { rows: ROWS, invalid: 1, finished: true },
  });
  expect(tally.armed + tally.pending).toBe(ROWS - 1);
  expect(await rowsArmed()).toBe(ROWS - 1);
  // Each has its schedule, once; asked for again were at most those that were under way when it died, 20 in each segment.
  expect(new Set(cloud.scheduled).size).toBe(ROWS - 1);
  expect(cloud.scheduled.length).toBeLessThanOrEqual(ROWS - 1 + 40);
  expect(existsSync(checkpoint)).toBe(false);

  const again = await ctl(cloud, folder(), ...flags);
  expect(JSON.parse(again.out)).toMatchObject({ armed: 0, pending: ROWS - 1 });
});
