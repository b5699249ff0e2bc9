import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood } from './oracle.ts';

/** So long after its time a wake-up is overdue, in seconds; the two clocks may differ. */
const OVERDUE_SECONDS = 900 + 5;

/** The index is true: what it calls overdue was lost for good, and nothing else is. Looked at whenever the backstop looks. */
export function overdueIsOverdue(world: World): Checker {
  /** A note that came so late that its wake-up had been: one too many, which the backstop takes back. */
  const notedLate = new Set<string>();
  return {
    committed({ key, before, after, at }) {
      if (after?.armedFor === before?.armedFor) return;
      if (Number(after?.armedFor) <= at) notedLate.add(showKey(key));
      else notedLate.delete(showKey(key));
    },
    called(by, call) {
      if (by?.functionName !== 'overdueCheck' || call !== 'workspaces.armedBetween') return;
      for (const row of world.rows.items()) {
        const key = row as unknown as WorkspaceKey;
        const { now } = world.simulation;
        const isOverdue = Number(row.armedFor) < now - OVERDUE_SECONDS;
        if (!isOverdue || !isUnderstood(row, now)) continue;
        if (world.lost.has(showKey(key)) || world.isBusy(key) || notedLate.has(showKey(key))) continue;
        const due = `for ${row.armedFor}, and it is ${now}`;
        world.violate('overdue means overdue', `${showKey(key)} is armed ${due}: its wake-up was not lost`);
      }
    },
  };
}
