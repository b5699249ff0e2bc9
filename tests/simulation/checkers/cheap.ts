import type { Policy } from '../../../src/core/policy.ts';
import type { ChangeRecord } from '../../../src/ports.ts';
import { type BruteForceRow, candidateSeconds } from '../../support/brute-force-policy.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood, verdictOn } from './oracle.ts';

/** What a heartbeat may write. */
const HEARTBEAT = new Set(['lastActivity', 'containerStatus', 'taskArn']);
/** A wake-up this close, in seconds, may have fired already. */
const CLOSE_SECONDS = 10;

/** Promise 7: a heartbeat on an armed workspace leads to no call at all. */
export function cheap(world: World): Checker {
  const cheapBatches = new Set<string>();
  return {
    delivered(name, records) {
      const { policy } = world.deployment;
      const isCheap = (record: ChangeRecord) => isHeartbeat(record, policy, world.simulation.now);
      if (name.startsWith('workspaceChanged') && world.deployment.version === 1 && records.every(isCheap))
        cheapBatches.add(name);
    },
    called(by, call) {
      if (by && cheapBatches.has(by.name)) world.violate('cheap', `${by.name} makes a call, ${call}`);
    },
  };
}

function isHeartbeat(record: ChangeRecord, policy: Policy, now: number): boolean {
  const [before, after] = [record.oldImage(), record.newImage()] as (Item | undefined)[];
  if (before === undefined || after === undefined) return false;
  if (
    (after.lifecycle ?? 'active') !== 'active' ||
    !(Number(after.lastActivity) >= Number(before.lastActivity))
  )
    return false;
  if (after.hold !== undefined || after.extension !== undefined || after.heldBack !== undefined) return false;
  if (after.requested !== undefined) return false;
  // Whoever comes back while a notice runs after the deadline is no usual user, and starts a shorter wait.
  if (!isUnderstood(before, now) || verdictOn(before, policy, now).action !== 'active') return false;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  const armedFor = Number(after.armedFor);
  return (
    changed.every((name) => HEARTBEAT.has(name)) &&
    armedFor > now + CLOSE_SECONDS &&
    armedFor <= firstNotice(after, policy, now)
  );
}

/** The first second, if nothing else is written, at which the user has to be told of something, or a little before. */
function firstNotice(row: Item, policy: Policy, now: number): number {
  const notices = candidateSeconds(row as unknown as BruteForceRow, policy).map((second) => {
    const { action } = verdictOn(row, policy, second);
    return second > now && action !== 'active' ? second - policy.notice[action] : Number.POSITIVE_INFINITY;
  });
  return Math.min(...notices);
}
