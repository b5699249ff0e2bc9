import { eventOf } from '../../../src/core/event.ts';
import { SYSTEM } from '../../../src/core/history.ts';
import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { disagreements } from '../../support/history-check.ts';
import type { Item } from '../../support/memory/table.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';

const PROMISE = 'history equals what happened';

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
    over() {
      for (const workspace of [SYSTEM, ...world.story.workspaces.map(showKey)]) {
        const expected = world.history.of(workspace).flatMap((entry) => eventOf(entry)?.detail.id ?? []);
        const published = new Set(world.bus.map(({ detail }) => String(detail.id)));
        const told = [...published].filter((id) => id.startsWith(`${workspace}@`));
        if (told.join() !== expected.join())
          world.violate(
            PROMISE,
            `others were told ${told.join(', ')} of ${workspace}, not ${expected.join(', ')}`,
          );
      }
    },
  };
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
