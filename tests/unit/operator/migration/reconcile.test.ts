import { join } from 'node:path';
import { workspacePath } from '../../../../src/core/workspace-key.ts';
import type { Finding } from '../../../../src/operator/migration/findings.ts';
import {
  type ReconcileFlags,
  type ReconcileWorld,
  Reconciliation,
} from '../../../../src/operator/migration/run-reconcile.ts';
import { useDataFolder } from '../../../support/data-folder.ts';
import { DAY, NOW, OK_POLICY } from '../../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../../support/memory-world.ts';
import { quietOutput } from '../../../support/quiet-output.ts';

const WORKSPACES = 1_400;
const folder = useDataFolder();
const rules = { policy: OK_POLICY, by: 'ops' };

function flagsFor(change: Partial<ReconcileFlags> = {}): ReconcileFlags {
  const checkpoint = join(folder(), 'reconcile.checkpoint.json');
  return { checkpoint, rate: 1e9, segments: 1, readUnits: 1e9, list: 20, ...change };
}

/** The memory world, as a whole fleet that is read in pages. `onPage` is called before each. */
function reconcileWorld(
  memory: MemoryWorld,
  onPage: () => void = () => {},
): ReconcileWorld & { read: number } {
  const rows = () => [...memory.rows.items()];
  const ids = () =>
    rows().flatMap(({ clientId, userId }) => memory.accessPoints.of({ clientId, userId } as never));
  const world: ReconcileWorld & { read: number } = {
    read: 0,
    ports: memory.invocation().ports,
    fleet: {
      estimate: async () => rows().length,
      page: async (_, after, limit) => {
        onPage();
        const all = rows();
        const from = after === undefined ? 0 : all.findIndex(({ userId }) => userId === after.userId) + 1;
        const page = all.slice(from, from + Math.min(limit, 600));
        world.read += page.length;
        const last = page.at(-1);
        const next =
          from + page.length < all.length && last
            ? { clientId: String(last.clientId), userId: String(last.userId) }
            : undefined;
        return { rows: page, next, readUnits: 1 };
      },
    },
    accessPointList: {
      all: async () =>
        rows().flatMap(({ clientId, userId }) => {
          const key = { clientId: String(clientId), userId: String(userId) };
          return memory.accessPoints.of(key).map((id) => ({
            id,
            path: workspacePath(key),
            posixUid: memory.accessPoints.posixUidOf(id),
            tagged: key,
          }));
        }),
    },
    taskList: { pages: async function* () {} },
    place: { stage: 'test', ids: ids().length },
  };
  return world;
}

function fleetWorld(): MemoryWorld {
  const memory = new MemoryWorld();
  for (let index = 0; index < WORKSPACES; index += 1) {
    // Every hundredth shares its user id with the one before it; every seventieth has no wake-up.
    const isArmed = index % 70 !== 0;
    memory.addWorkspace({
      userId: `user-${index}`,
      posixUid: index % 100 === 0 && index > 0 ? 20_000 + index - 1 : 20_000 + index,
      efsAccessPoint: undefined,
      ...(isArmed && { armedFor: NOW + 30 * DAY + 1 }),
    });
  }
  return memory;
}

test('a look that was stopped goes on, and counts each thing once: rows, findings, and what takes two rows to see', async () => {
  const memory = fleetWorld();
  // Access points of active workspaces that their rows do not name are one thing more; here they are not the subject.
  for (const { clientId, userId } of memory.rows.items())
    for (const id of memory.accessPoints.of({ clientId, userId } as never)) memory.accessPoints.drop(id);
  const controller = new AbortController();
  let pages = 0;
  const world = reconcileWorld(memory, () => {
    pages += 1;
    if (pages === 2) controller.abort();
  });
  const told: Finding[] = [];
  const begin = (signal: AbortSignal) =>
    new Reconciliation(flagsFor(), world, quietOutput(), signal, (finding) => void told.push(finding)).run(
      rules,
    );
  const stopped = await begin(controller.signal);
  expect(stopped).toMatchObject({ rows: 600, finished: false });
  const whole = await begin(new AbortController().signal);
  expect(whole).toEqual({
    rows: WORKSPACES,
    accessPoints: 0,
    tasks: 0,
    finished: true,
    counts: { 'no-wake-up': { found: 20, mended: 0 }, 'shared-uid': { found: 26, mended: 0 } },
  });
  expect(new Set(told.map(({ kind, workspace }) => `${kind} ${workspace}`)).size).toBe(told.length);
  expect(told.filter(({ kind }) => kind === 'shared-uid').map(({ workspace }) => workspace)).toEqual(
    expect.arrayContaining(['acme/user-99', 'acme/user-100', 'acme/user-1299', 'acme/user-1300']),
  );
});

test('with --fix every missing wake-up is armed, once', async () => {
  const memory = fleetWorld();
  const world = reconcileWorld(memory);
  const run = () =>
    new Reconciliation(
      flagsFor({ fix: true }),
      world,
      quietOutput(),
      new AbortController().signal,
      () => {},
    ).run(rules);
  expect((await run()).counts['no-wake-up']).toEqual({ found: 20, mended: 20 });
  expect(memory.timers.pending()).toHaveLength(20);
  expect((await run()).counts['no-wake-up']).toBeUndefined();
  expect(memory.timers.pending()).toHaveLength(20);
  // Second doors of active workspaces are told and left.
  expect(memory.accessPoints.of({ clientId: 'acme', userId: 'user-7' })).toHaveLength(1);
});

test('a stop behind the rows is looked at too, and what was looked at by then is counted once when it goes on', async () => {
  const memory = new MemoryWorld();
  for (let index = 0; index < 40; index += 1)
    memory.addWorkspace({
      userId: `user-${index}`,
      lifecycle: 'archived',
      lastActivity: NOW - 40 * DAY,
      efsAccessPoint: undefined,
    });
  const controller = new AbortController();
  const begin = (signal: AbortSignal, tell: () => void) =>
    new Reconciliation(flagsFor(), reconcileWorld(memory), quietOutput(), signal, tell).run(rules);
  const open = ({ counts }: { counts: Record<string, { found: number }> }) =>
    counts['archived-with-access']?.found ?? 0;
  const stopped = await begin(controller.signal, () => controller.abort());
  expect(stopped.finished).toBe(false);
  expect(open(stopped)).toBeLessThan(40);
  const whole = await begin(new AbortController().signal, () => {});
  expect(whole.finished).toBe(true);
  expect(open(whole)).toBe(40);
});
