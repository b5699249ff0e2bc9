import {
  type DynamoDBClient,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { workspacesOf } from '../../src/aws/configured-tables.ts';
import type { ClientAccount } from '../../src/core/client-account.ts';
import { accountChanged } from '../../src/functions/account-changed.ts';
import { UPDATE_CONCURRENCY, WORKSPACES_PER_TURN } from '../../src/handlers/account-changed.ts';
import { forEachLimited } from '../../src/handlers/for-each-limited.ts';
import {
  CLIENT,
  changeSubscription,
  checkCarried,
  eventOfAccount,
  NOW,
  RAW_CLIENT,
  TABLES,
  userId,
  withGiantClients,
} from './fan-out/giant-client.ts';
import { type Measured, summarise } from './measure.ts';

/** Updates before anything is measured: code is compiled during the first thousands of them. */
const WARM_UP = 5_000;

export interface FanOutFigures {
  workspaces: number;
  /** How often the account changed, and so was carried to all workspaces. */
  runs: number;
  /** Invocations that each of them took. */
  turns: number;
  /** Workspaces that the handler has brought up to date, per second; a value for each turn, as for all of these. */
  perSecond: Measured;
  /** The same updates by themselves, as many at a time: what the SDK, the engine and this machine can do. */
  rawPerSecond: Measured;
  /** How much longer the handler takes than the updates by themselves, percent. */
  overheadPercent: Measured;
  /** Of a processor for each workspace, in this process: other load on the machine makes little difference to it. */
  cpuMicroseconds: Measured;
  rawCpuMicroseconds: Measured;
}

/** Of one side in one turn. */
interface Lap {
  perSecond: number;
  /** For each workspace. */
  cpuMicroseconds: number;
}

/**
 * A change of one client's subscription, carried by the real function with the real adapters to so many workspaces in the real
 * engine; in turns with the same conditional updates sent by themselves, to as many rows of another client. Some 15 s with 2,000
 * workspaces and 5 runs, some two minutes with 100,000 and 1. Throws where a row has not got the subscription in the end.
 *
 * The engine keeps its data in memory, and its tables have no streams here: to number a record it reads all records that there are, so
 * that behind 100,000 of them an update would take some 30 ms more. DynamoDB itself does nothing of the kind.
 */
export function benchFanOut({
  workspaces,
  runs,
}: {
  workspaces: number;
  runs: number;
}): Promise<FanOutFigures> {
  return withGiantClients(workspaces, (database) => measure(database, workspaces, runs));
}

async function measure(database: DynamoDBClient, workspaces: number, runs: number): Promise<FanOutFigures> {
  const fanOut = functionOn(database);
  const turns = Math.ceil(workspaces / WORKSPACES_PER_TURN);
  const handler: Lap[] = [];
  const raw: Lap[] = [];
  await warmUp(database, workspaces);
  for (let run = 1; run <= runs; run += 1) {
    const account = await changeSubscription(database, run);
    for (let turn = 0; turn < turns; turn += 1) {
      const event = await eventOfAccount(database);
      const first = turn * WORKSPACES_PER_TURN;
      const end = Math.min(first + WORKSPACES_PER_TURN, workspaces);
      const byHandler = async () => handler.push(await timed(end - first, () => fanOut(event)));
      const alone = async () =>
        raw.push(await timed(end - first, () => updateAlone(database, account, first, end)));
      // Neither of the two is always the second, which finds the code warmer.
      for (const side of (run + turn) % 2 === 0 ? [byHandler, alone] : [alone, byHandler]) await side();
    }
    for (const clientId of [CLIENT, RAW_CLIENT]) await checkCarried(database, clientId, account, workspaces);
  }
  return {
    workspaces,
    runs,
    turns,
    perSecond: summarise(handler.map(({ perSecond }) => perSecond)),
    rawPerSecond: summarise(raw.map(({ perSecond }) => perSecond)),
    overheadPercent: summarise(
      handler.map(({ perSecond }, lap) => 100 * ((raw[lap]?.perSecond ?? Number.NaN) / perSecond - 1)),
    ),
    cpuMicroseconds: summarise(handler.map(({ cpuMicroseconds }) => cpuMicroseconds)),
    rawCpuMicroseconds: summarise(raw.map(({ cpuMicroseconds }) => cpuMicroseconds)),
  };
}

/** Each round of it has an earlier time than the first run, so that its conditions hold. */
async function warmUp(database: DynamoDBClient, workspaces: number): Promise<void> {
  const rounds = Math.ceil(WARM_UP / workspaces);
  for (let round = 1 - rounds; round <= 0; round += 1)
    await updateAlone(database, await changeSubscription(database, round), 0, Math.min(workspaces, WARM_UP));
}

async function timed(workspaces: number, work: () => Promise<unknown>): Promise<Lap> {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: workspaces / ((performance.now() - begin) / 1_000),
    cpuMicroseconds: (user + system) / workspaces,
  };
}

/** The function as it is put together for Lambda; nobody hears what it says but its problems. Throws if it wants the event again. */
function functionOn(database: DynamoDBClient): (event: DynamoDBStreamEvent) => Promise<void> {
  const silent = () => {};
  const handle = accountChanged.create(TABLES, {
    clients: { dynamodb: database },
    clock: { now: () => NOW, wait: async () => {}, waitUntil: async () => false },
    observer: { info: silent, warn: console.error, error: console.error, count: silent },
  });
  return async (event) => {
    const { batchItemFailures } = await handle(event);
    if (batchItemFailures.length > 0) throw new Error('a turn of the fan-out failed, expected it to succeed');
  };
}

/** The handler's own updates without the handler, of the users from `first` (included) to `end` (excluded). */
async function updateAlone(
  database: DynamoDBClient,
  account: ClientAccount,
  first: number,
  end: number,
): Promise<void> {
  const input = await updateOf(account);
  const users = Array.from({ length: end - first }, (_, index) => userId(first + index));
  await forEachLimited(users, UPDATE_CONCURRENCY, async (user) => {
    const Key = { clientId: { S: RAW_CLIENT }, userId: { S: user } };
    await database.send(new UpdateItemCommand({ ...input, Key }));
  });
}

/** What the adapter sends for one row, caught instead of sent. */
async function updateOf(account: ClientAccount): Promise<UpdateItemCommandInput> {
  let sent: UpdateItemCommandInput | undefined;
  const send = async ({ input }: UpdateItemCommand) => {
    sent = input;
    return {};
  };
  const dynamodb = { send } as unknown as DynamoDBClient;
  const key = { clientId: RAW_CLIENT, userId: userId(0) };
  await workspacesOf(TABLES, { dynamodb }).carrySubscription(key, account);
  if (sent === undefined) throw new Error('the adapter has sent no update, expected one');
  return sent;
}
