import { type HistoryEntry, SYSTEM } from '../../../src/core/history.ts';
import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { disagreements } from '../../support/history-check.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { newLoss } from './oracle.ts';

const PROMISE = 'history equals what happened';

/** Between a decision and its claim lie some calls, slow ones too; no function runs longer. Seconds. */
const LONGEST_SECONDS = 390;

/** Row, history, world and bus tell the same. */
export function historyTrue(world: World): Checker {
  return {
    rested(key) {
      const row = world.rows.get(key);
      if (row === undefined || row.lifecycle === 'gone') return;
      const wrong = (what: string) => world.violate(PROMISE, `${showKey(key)}: ${what}`);
      for (const what of disagreements(row, world.history.of(showKey(key)))) wrong(what);
      for (const what of contradictions(key, row, world)) wrong(what);
    },
    committed({ key, before, after }) {
      const claim = newLoss(before, after);
      if (claim === undefined || before === undefined) return;
      const inputs = world.history.of(showKey(key)).at(-1)?.inputs;
      const idleSeconds = Math.max(0, claim.decidedAt - Number(before.lastActivity));
      const isTrue =
        inputs?.lastActivity === before.lastActivity &&
        inputs?.subscriptionStatus === before.subscriptionStatus &&
        inputs?.retentionDays === before.retentionDays &&
        Math.abs((inputs?.idleSeconds ?? 0) - idleSeconds) <= LONGEST_SECONDS;
      if (!isTrue) world.violate(PROMISE, `${showKey(key)} is claimed by ${JSON.stringify(inputs)}`);
    },
    over() {
      for (const workspace of [SYSTEM, ...world.story.workspaces.map(showKey)]) {
        const expected = world.history
          .of(workspace)
          .filter(isToBeTold)
          .map(({ sequence }) => sequence);
        const published = new Set(world.bus.map(({ detail }) => String(detail.id)));
        const told = [...published]
          .filter((id) => id.startsWith(`${workspace}@`))
          .map((id) => Number(id.split('#').at(-1)));
        if (told.join() !== expected.join())
          world.violate(
            PROMISE,
            `others were told ${told.join(', ')} of ${workspace}, not ${expected.join(', ')}`,
          );
      }
    },
  };
}

/** Of what happens, these concern nobody else. */
const OURS_ALONE = new Set(['archiving', 'terminating', 'restoring']);

function isToBeTold({ what, heldBackBy }: HistoryEntry): boolean {
  return !OURS_ALONE.has(what) && !(what === 'held-back' && heldBackBy === 'off');
}

/** What the row says and the world does not. */
function contradictions(key: WorkspaceKey, row: Item, world: World): string[] {
  const lifecycle = String(row.lifecycle ?? 'active');
  const isGone = lifecycle === 'archived' || lifecycle === 'terminated';
  const isReachable = world.accessPoints.of(key).length > 0;
  const hasFiles = world.files.has(key);
  const wrong: [isSo: boolean, what: string][] = [
    [isGone && isReachable, 'can be reached'],
    [isGone && world.tasks.running(key).length > 0, 'its tasks run'],
    [lifecycle === 'terminated' && hasFiles, 'its files are there'],
    [lifecycle === 'archived' && !hasFiles, 'its files are gone'],
    ...(world.misled.has(showKey(key)) ? [] : wrongNames(row.efsAccessPoint, lifecycle, world)),
  ];
  return wrong.filter(([isSo]) => isSo).map(([, what]) => `it is ${lifecycle}, and ${what}`);
}

function wrongNames(named: unknown, lifecycle: string, world: World): [isSo: boolean, what: string][] {
  // Whoever is at work on it removes first, and writes then.
  if (typeof named !== 'string' || lifecycle.endsWith('ing')) return [];
  return [
    [lifecycle !== 'active', `it names the access point ${named}`],
    [!world.accessPoints.has(named), `it names the access point ${named}, which is not there`],
  ];
}
