import { setTimeout } from 'node:timers/promises';
import { paginateListSchedules } from '@aws-sdk/client-scheduler';
import { scheduleName } from '../../../src/aws/scheduler-timers.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { firstWakeUp, putSampleRow, sampleKey } from './sample-rows.ts';
import { type StackProcess, withStackProcess } from './stack-process.ts';

/** Between two rows, so that each is alone with the reactor. */
const PAUSE_MS = 15;

/**
 * From just before a new row is sent to the table until its schedule exists, ms, for `rows` of them one after the other. Throws where
 * one has none for the second at which it is to be woken.
 */
export function armedAfterMs(rows: number): Promise<Percentiles> {
  return withStackProcess({}, async (stack) => {
    const lastActivity = Math.floor(Date.now() / 1_000) - 86_400;
    const sentAt = new Map<string, number>();
    for (let index = 0; index < rows; index += 1) {
      const key = sampleKey(index);
      sentAt.set(scheduleName(key, firstWakeUp(lastActivity)), Date.now());
      await putSampleRow(stack, key, lastActivity);
      await setTimeout(PAUSE_MS);
    }
    await stack.settled();
    const madeAt = await schedulesMadeAt(stack);
    return percentilesOf(
      [...sentAt].map(([name, sent]) => {
        const made = madeAt.get(name);
        if (made === undefined) throw new Error(`there is no schedule ${name}, expected one for each row`);
        return made - sent;
      }),
    );
  });
}

/** When each schedule was made, ms since the epoch, by name. */
async function schedulesMadeAt({ clients, scheduleGroup }: StackProcess): Promise<Map<string, number>> {
  const madeAt = new Map<string, number>();
  const pages = paginateListSchedules({ client: clients.scheduler }, { GroupName: scheduleGroup });
  for await (const { Schedules = [] } of pages)
    for (const { Name = '', CreationDate } of Schedules) madeAt.set(Name, CreationDate?.getTime() ?? 0);
  return madeAt;
}
