import type { Policy } from '../core/policy.ts';
import { decideArming } from '../core/wake-up.ts';
import { parseRow, type WorkspaceRow } from '../core/workspace-row.ts';
import type { BatchResult, ChangeRecord, Clock, Observer, Timers, Workspaces } from '../ports.ts';
import { forEachLimited } from './for-each-limited.ts';
import { lowestSequenceNumber, newestOfEachItem } from './stream-batch.ts';

export interface WorkspaceChangedPorts {
  workspaces: Pick<Workspaces, 'rememberWakeUp'>;
  timers: Timers;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

/** How many schedules one invocation makes at a time: Scheduler's quota is shared by all of them. */
const ARMING_CONCURRENCY = 20;

interface Wanted {
  record: ChangeRecord;
  row: WorkspaceRow;
  at: number;
}

/**
 * The reactor: for a batch of writes to `WorkspaceStatus`, arms the wake-ups that are not armed yet.
 *
 * Only the newest image of each workspace counts, since what is armed follows from the row and not from its history.
 * Most records are heartbeats of armed workspaces and lead to no call at all. An invalid row is counted and skipped:
 * retrying it would block the shard and never help. What failed is retried from the lowest failed record on.
 */
export async function workspaceChanged(
  records: readonly ChangeRecord[],
  policy: Policy,
  ports: WorkspaceChangedPorts,
): Promise<BatchResult> {
  const wanted: Wanted[] = [];
  let skipped = 0;
  for (const record of newestOfEachItem(records)) {
    const decision = decideRecord(record, policy, ports);
    if (decision === 'skipped') skipped += 1;
    else if (decision !== undefined) wanted.push(decision);
  }
  if (skipped > 0) ports.observer.count('ArmingSkipped', skipped);

  const failed: string[] = [];
  await forEachLimited(wanted, ARMING_CONCURRENCY, async ({ record, row, at }) => {
    try {
      await arm(row, at, ports);
    } catch (error) {
      failed.push(record.sequenceNumber);
      ports.observer.warn('arming failed, the record will be retried', { ...record.key, at, error });
    }
  });
  return { retryFrom: lowestSequenceNumber(failed) };
}

function decideRecord(
  record: ChangeRecord,
  policy: Policy,
  ports: WorkspaceChangedPorts,
): Wanted | 'skipped' | undefined {
  const image = record.newImage();
  if (image === undefined) return undefined;
  const now = ports.clock.now();
  const parsed = parseRow(image, now);
  if (parsed.kind === 'invalid') {
    ports.observer.count('InvalidRow');
    ports.observer.error('row is invalid, nothing is armed for it', {
      ...record.key,
      problems: parsed.problems,
    });
    return undefined;
  }
  const arming = decideArming(parsed.row, policy, now);
  if (arming.kind === 'arm') return { record, row: parsed.row, at: arming.at };
  return arming.kind === 'skip' ? 'skipped' : undefined;
}

/** The schedule first, then the note of it: a crash in between leaves a wake-up that is merely not remembered. */
async function arm(
  row: WorkspaceRow,
  at: number,
  { timers, workspaces, clock, observer }: WorkspaceChangedPorts,
): Promise<void> {
  await timers.arm(row, at);
  await workspaces.rememberWakeUp(row, at, clock.now());
  observer.count('Armed');
  observer.info('wake-up armed', { clientId: row.clientId, userId: row.userId, at });
}
