import { paginateScan, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { toPlain } from '../../src/aws/attribute-values.ts';
import { DynamoDBAccounts } from '../../src/aws/dynamodb-accounts.ts';
import { DynamoDBControl } from '../../src/aws/dynamodb-control.ts';
import { toItem } from '../../src/aws/update-expression.ts';
import { type ControlChange, changeControl } from '../../src/handlers/change-control.ts';
import { forEachLimited } from '../../src/handlers/for-each-limited.ts';
import { bill, post, type TestStack } from './local-stack.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** What a bug in billing did to a fleet, hour by hour. */
export interface BillingBug {
  workspaces: number;
  /** Notices that were recorded, and workspaces that had more than one. */
  notices: number;
  noticedTwice: number;
  /** Terminated within 24 h of the cancellation. */
  withinADay: number;
  /** Terminated in each hour from then on, before the system paused itself. */
  beforePause: number[];
  pausedBecause: string;
  /** While it was paused, for a day. */
  duringPause: number;
  /** In each hour after it was resumed. */
  afterPause: number[];
  /** Of the clients that were reactivated during the pause: workspaces that were not done yet, and those that are active. */
  toBeSaved: number;
  saved: number;
  /** Of the others. */
  terminated: number;
}

const clientOf = (index: number) => `client-${String(index).padStart(2, '0')}`;

/**
 * A billing bug: all workspaces of `clients` clients, idle for 100 days, become cancelled at once. Half of the clients are
 * reactivated while the system has paused itself, then a person resumes it, for at most `mostHours`.
 * `stack`'s clock stands still.
 */
export async function billingBug(
  stack: TestStack,
  clients: number,
  perClient: number,
  mostHours: number,
): Promise<BillingBug> {
  const all = Array.from({ length: clients }, (_, index) => clientOf(index));
  await createFleet(stack, all, perClient);
  for (const clientId of all) await bill(stack, clientId, 'cancelled', 'enterprise');
  await stack.inFlight.settled();
  const cancelledAt = stack.clock.now();
  const terminated = async () =>
    (await rowsOf(stack)).filter(({ lifecycle }) => lifecycle === 'terminated').length;

  await stack.advanceTo(cancelledAt + DAY - 1);
  const withinADay = await terminated();
  const told = await noticesOf(stack);

  const beforePause = await hourByHour(stack, 3, terminated, withinADay);
  const { pause } = (await controlOf(stack).read()) as { pause?: { reason: string } };
  const before = await terminated();
  await stack.advanceTo(stack.clock.now() + DAY);
  const duringPause = (await terminated()) - before;

  const saved = all.slice(0, clients / 2);
  for (const clientId of saved) await bill(stack, clientId, 'active', 'enterprise');
  await stack.inFlight.settled();
  const left = (await rowsOf(stack)).filter(
    ({ clientId, lifecycle }) => saved.includes(String(clientId)) && lifecycle !== 'terminated',
  );
  await change(stack, { kind: 'resume' });
  await stack.inFlight.settled();
  // Hours that are full for all, and then those in which the last client has its share.
  const { budgets, percentPerClient } = stack.configuration.safety;
  const share = Math.ceil((budgets.terminate * percentPerClient) / 100);
  const allHours =
    Math.ceil((clients * perClient) / 2 / budgets.terminate) + Math.ceil(perClient / share) + 1;
  const hours = Math.min(mostHours, allHours);
  const afterPause = await hourByHour(stack, hours, terminated, await terminated());

  const rows = await rowsOf(stack);
  const isSaved = ({ clientId }: Record<string, unknown>) => saved.includes(String(clientId));
  return {
    workspaces: rows.length,
    notices: told.reduce((sum, count) => sum + count, 0),
    noticedTwice: told.filter((count) => count > 1).length,
    withinADay,
    beforePause,
    pausedBecause: pause?.reason ?? 'not paused',
    duringPause,
    afterPause,
    toBeSaved: left.length,
    saved: rows.filter((row) => isSaved(row) && (row.lifecycle ?? 'active') === 'active').length,
    terminated: rows.filter((row) => !isSaved(row) && row.lifecycle === 'terminated').length,
  };
}

async function createFleet(stack: TestStack, clients: readonly string[], perClient: number): Promise<void> {
  for (const clientId of clients) await bill(stack, clientId, 'active', 'enterprise');
  const keys = clients.flatMap((clientId) =>
    Array.from({ length: perClient }, (_, index) => ({ clientId, userId: `user-${index}` })),
  );
  const lastActivity = Math.floor(stack.clock.now()) - 100 * DAY;
  await forEachLimited(keys, 20, async (key) => {
    const { status, body } = await post(stack, '/workspaces', { ...key, retentionDays: 200 });
    if (status !== 201) throw new Error(`POST /workspaces answered ${status}: ${JSON.stringify(body)}`);
    await stack.clients.dynamodb.send(
      new UpdateItemCommand({
        TableName: 'WorkspaceStatus',
        Key: toItem(key),
        UpdateExpression: 'SET lastActivity = :at',
        ExpressionAttributeValues: toItem({ ':at': lastActivity }),
      }),
    );
  });
  await stack.inFlight.settled();
}

/** How many were terminated in each of the next `hours` full hours, as budgets count them. */
async function hourByHour(
  stack: TestStack,
  hours: number,
  count: () => Promise<number>,
  from: number,
): Promise<number[]> {
  const counts: number[] = [];
  let before = from;
  for (let hour = 0; hour < hours; hour += 1) {
    // The last second of the hour: at the first of the next one somebody may have a turn.
    const end = (Math.floor((stack.clock.now() + 1) / HOUR) + 1) * HOUR - 1;
    await stack.advanceTo(end);
    const now = await count();
    counts.push(now - before);
    before = now;
  }
  return counts;
}

async function rowsOf(stack: TestStack, table = 'WorkspaceStatus'): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  const pages = paginateScan({ client: stack.clients.dynamodb }, { TableName: table, ConsistentRead: true });
  for await (const { Items = [] } of pages) rows.push(...Items.map(toPlain));
  return rows;
}

/** How many notices each workspace was given that was given one. */
async function noticesOf(stack: TestStack): Promise<number[]> {
  const counts = new Map<unknown, number>();
  for (const { workspace, what } of await rowsOf(stack, 'WorkspaceHistory'))
    if (what === 'expiring') counts.set(workspace, (counts.get(workspace) ?? 0) + 1);
  return [...counts.values()];
}

function controlOf({ clients, configuration }: TestStack): DynamoDBControl {
  const history = { name: configuration.workspaceHistoryTable, days: configuration.historyDays };
  return new DynamoDBControl(clients.dynamodb, { control: configuration.cleanupControlTable, history });
}

function change(stack: TestStack, asked: ControlChange): Promise<unknown> {
  return changeControl(asked, 'ops', {
    control: controlOf(stack),
    accounts: new DynamoDBAccounts(stack.clients.dynamodb, 'ClientAccounts'),
    clock: stack.clock,
    observer: { info: () => {}, warn: () => {}, error: () => {}, count: () => {} },
  });
}
