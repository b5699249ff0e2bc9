import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { paginateListSchedules } from '@aws-sdk/client-scheduler';
import { toItem } from '../../../src/aws/update-expression.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { putSampleRow, sampleKey, TABLE } from './sample-rows.ts';
import { type StackAnswer, type StackProcess, withStackProcess } from './stack-process.ts';

/** Rows that each writer has to itself and reports on in turn. */
const ROWS_PER_WRITER = 10;
/** So far back the activity begins that no report lies in the future, seconds. */
const BACK_SECONDS = 5 * 86_400;

/** How reports get in: straight to the table, or through `POST /workspaces/activity`. */
export type Way = 'table' | 'http';

export interface WritesHeld {
  writes: number;
  perSecond: number;
  /** How long after the answer to the last write the reactor had handled the last record of the stream. */
  drainedAfterMs: number;
  memory: Pick<StackAnswer, 'rssMiB' | 'mostRssMiB'>;
}

/**
 * Activity reports of armed workspaces, as fast as so many writers get them in, for `seconds`, into a fresh stack. Throws where one is
 * not recorded, where the stream is not drained within a minute, and where the reactor has made a schedule for any of them.
 */
export function writesHeld(way: Way, writers: number, seconds: number): Promise<WritesHeld> {
  return withStackProcess({}, async (stack) => {
    const begin = Math.floor(Date.now() / 1_000) - BACK_SECONDS;
    const rows = Array.from({ length: writers * ROWS_PER_WRITER }, (_, index) => sampleKey(index));
    for (const key of rows) await putSampleRow(stack, key, begin);
    await stack.settled();
    const report = way === 'table' ? reportToTable : reportByHttp;
    let writes = 0;
    const from = performance.now();
    const writer = async (_: unknown, number: number) => {
      const own = rows.slice(number * ROWS_PER_WRITER, (number + 1) * ROWS_PER_WRITER);
      for (let round = 1; ; round += 1)
        for (const key of own) {
          if (performance.now() - from >= seconds * 1_000) return;
          await report(stack, key, begin + round);
          writes += 1;
        }
    };
    await Promise.all(Array.from({ length: writers }, writer));
    const ended = performance.now();
    const { rssMiB, mostRssMiB } = await stack.settled();
    const drainedAfterMs = performance.now() - ended;
    await checkSchedules(stack, rows.length);
    return {
      writes,
      perSecond: (1_000 * writes) / (ended - from),
      drainedAfterMs,
      memory: { rssMiB, mostRssMiB },
    };
  });
}

async function reportToTable(
  { clients }: StackProcess,
  key: WorkspaceKey,
  lastActivity: number,
): Promise<void> {
  await clients.dynamodb.send(
    new UpdateItemCommand({
      TableName: TABLE,
      Key: toItem({ ...key }),
      UpdateExpression: 'SET lastActivity = :activity',
      ExpressionAttributeValues: toItem({ ':activity': lastActivity }),
    }),
  );
}

async function reportByHttp(
  { httpUrl }: StackProcess,
  key: WorkspaceKey,
  lastActivity: number,
): Promise<void> {
  const response = await fetch(`${httpUrl}/workspaces/activity`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...key, lastActivity }),
  });
  const body = await response.text();
  if (body !== '{"recorded":true}')
    throw new Error(`a report of ${key.userId} is answered with ${response.status} ${body}`);
}

/** A heartbeat arms nothing: there is the schedule that each row got when it was written, and no other. */
async function checkSchedules({ clients, scheduleGroup }: StackProcess, expected: number): Promise<void> {
  let count = 0;
  for await (const { Schedules = [] } of paginateListSchedules(
    { client: clients.scheduler },
    { GroupName: scheduleGroup },
  ))
    count += Schedules.length;
  if (count !== expected) throw new Error(`there are ${count} schedules, expected ${expected}`);
}
