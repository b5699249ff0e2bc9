import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { type Provisioned, SmokeFailure, type SmokePorts } from './ports.ts';
import { type Look, until } from './until.ts';

/** A workspace that this run has made. */
export interface Made {
  key: WorkspaceKey;
  provisioned: Provisioned;
}

/**
 * Waits until the workspace is archived, and looks at what must be true of it then. Throws SmokeFailure if it is not within
 * `limitSeconds`, or something of it is not true.
 */
export async function seeArchived(
  { key, provisioned: { efsAccessPoint, task } }: Made,
  limitSeconds: number,
  { world, clock, say }: SmokePorts,
): Promise<void> {
  await until(`the archive of ${showKey(key)}`, limitSeconds, clock, async (): Promise<Look<true>> => {
    const row = await world.row(key);
    if (row?.lifecycle === 'archived') return { kind: 'there', value: true };
    return {
      kind: 'not-yet',
      seen: `lifecycle ${row?.lifecycle}, held back ${JSON.stringify(row?.heldBack)}`,
    };
  });
  await seeTask(task, (status) => status === 'STOPPED', 'it STOPPED', world);
  if (await world.hasAccessPoint(efsAccessPoint))
    throw new SmokeFailure(`${efsAccessPoint} is there, expected it gone`);
  const told = (await world.history(key)).map(({ what }) => what).reverse();
  if (told.join() !== 'archiving,archived') {
    throw new SmokeFailure(`the history of ${showKey(key)} is ${told}, expected archiving,archived`);
  }
  const stopped = task === undefined ? 'it had no task' : 'its task is STOPPED';
  say(`${showKey(key)}: archived; ${stopped}, ${efsAccessPoint} is gone, and the history says so`);
}

/** Throws SmokeFailure if anything has come near the workspace. What its container may have reported is its own business. */
export async function seeUntouched(
  { key, provisioned: { efsAccessPoint, task } }: Made,
  { world, say }: SmokePorts,
): Promise<void> {
  const row = await world.row(key);
  const { lifecycle = 'active', claim, heldBack } = row ?? { lifecycle: 'gone' };
  const is = JSON.stringify({ lifecycle, claim, heldBack, efsAccessPoint: row?.efsAccessPoint });
  const was = JSON.stringify({ lifecycle: 'active', efsAccessPoint });
  if (is !== was) throw new SmokeFailure(`the row of ${showKey(key)} is ${is}, expected ${was}`);
  if (!(await world.hasAccessPoint(efsAccessPoint)))
    throw new SmokeFailure(`${efsAccessPoint} is gone, expected it there`);
  await seeTask(task, (status) => status !== undefined && status !== 'STOPPED', 'it running', world);
  say(`${showKey(key)}: untouched`);
}

async function seeTask(
  task: string | undefined,
  isGood: (status: string | undefined) => boolean,
  expected: string,
  world: SmokePorts['world'],
): Promise<void> {
  if (task === undefined) return;
  const status = await world.taskStatus(task);
  if (!isGood(status)) throw new SmokeFailure(`${task} is ${status ?? 'not known'}, expected ${expected}`);
}
