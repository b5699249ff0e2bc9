import fc from 'fast-check';
import type { Policy } from '../../src/core/policy.ts';
import { parseRow } from '../../src/core/workspace-row.ts';
import { stateOf } from '../../src/core/workspace-state.ts';
import { controlChanged } from '../../src/handlers/control-changed.ts';
import { holdWorkspace, releaseWorkspace } from '../../src/handlers/keep-workspace.ts';
import { overdueCheck } from '../../src/handlers/overdue-check.ts';
import { workspaceChanged } from '../../src/handlers/workspace-changed.ts';
import { changeOf, DAY, NOW, OK_POLICY, OK_SAFETY } from '../support/memory/ok-values.ts';
import type { Item } from '../support/memory/table.ts';
import { MemoryWorld } from '../support/memory-world.ts';

const HOUR = 3_600;
const policy: Policy = {
  ...OK_POLICY,
  retentionDays: { free: 2, pro: 5, enterprise: 9 },
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};
const BUDGETS = { archive: 2, terminate: 1 };
const KEYS = ['ada', 'bo', 'cy'].map((userId) => ({ clientId: 'acme', userId }));
const CONTROL_RECORD = { ...changeOf('1', undefined), key: { kind: 'control', key: 'cleanup' } };

type Deed =
  | { what: 'change'; who: number; row: Item }
  | { what: 'use'; who: number }
  | { what: 'hold'; who: number; days: number | undefined }
  | { what: 'release'; who: number }
  | { what: 'control'; settings: Item };

const who = fc.nat({ max: KEYS.length - 1 });
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    what: fc.constant('change' as const),
    who,
    row: fc.record({
      subscriptionStatus: fc.constantFrom('active', 'suspended', 'cancelled', 'cancelled'),
      subscriptionTier: fc.constantFrom('free', 'pro', 'enterprise'),
    }),
  }),
  fc.record({ what: fc.constant('use' as const), who }),
  fc.record({
    what: fc.constant('hold' as const),
    who,
    days: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  }),
  fc.record({ what: fc.constant('release' as const), who }),
  fc.record({
    what: fc.constant('control' as const),
    settings: fc.constantFrom<Item>(
      { enforcement: 'observe' },
      { enforcement: 'off' },
      { enforcement: 'enforce', pause: undefined },
      { pause: { at: NOW, by: 'ops', reason: 'a look' } },
      { pause: undefined },
      { enforcement: 'nonsense' },
      { enforcement: 'enforce', budgets: { archive: 0 } },
      { enforcement: 'enforce', budgets: {} },
    ),
  }),
);
/** What happens, after how many hours each, and which calls of which invocation the process does not survive. */
const STORIES = fc.record({
  story: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), deeds), { minLength: 1, maxLength: 25 }),
  deaths: fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 14 })), { maxLength: 6 }),
});

/** A world that lives: writes reach the reactor, wake-ups their handler, which may die and is then tried again. */
class Life {
  readonly world = new MemoryWorld();
  private wakeUps = 0;
  private readonly deaths: readonly (readonly [number, number])[];

  constructor(deaths: readonly (readonly [number, number])[]) {
    this.deaths = deaths;
    this.world.safety = { ...OK_SAFETY, budgets: BUDGETS, pauseAtPutOff: { archive: 100, terminate: 100 } };
    for (const key of KEYS) {
      this.world.addWorkspace({ ...key, subscriptionTier: 'free' });
      this.world.tasks.run(key);
    }
  }

  async react(): Promise<void> {
    for (
      let records = this.world.rows.takeChanges();
      records.length > 0;
      records = this.world.rows.takeChanges()
    )
      await workspaceChanged(records, policy, this.world.invocation().ports);
  }

  /** Up to `end`; a dead handler is tried again, as Lambda would, and in the end found by the backstop. */
  async liveUntil(end: number): Promise<void> {
    const { world } = this;
    await this.react();
    for (let next = world.timers.pending()[0]; next && next.at <= end; next = world.timers.pending()[0]) {
      world.clock.set(Math.max(next.at, world.clock.now()));
      for (const { key } of world.timers.takeDue()) await this.wake(key);
      await this.react();
    }
    world.clock.set(Math.max(end, world.clock.now()));
    await overdueCheck(world.invocation().ports);
    await this.react();
  }

  async control(): Promise<void> {
    await controlChanged([CONTROL_RECORD], this.world.invocation().ports);
  }

  private async wake(key: (typeof KEYS)[number]): Promise<void> {
    const invocation = this.world.invocation();
    const call = this.deaths.find(([wakeUp]) => wakeUp === this.wakeUps)?.[1];
    this.wakeUps += 1;
    if (call !== undefined) invocation.death = { call, when: call % 2 === 0 ? 'before' : 'after' };
    await this.world.wakeWith(invocation, key, policy).catch(() => undefined);
    if (call !== undefined) await this.world.wake(key, policy);
  }
}

async function play(life: Life, deed: Deed): Promise<void> {
  const { world } = life;
  const { ports } = world.invocation();
  const now = world.clock.now();
  if (deed.what === 'control') {
    world.control.set(deed.settings as never);
    return life.control();
  }
  const key = KEYS[deed.who] ?? { clientId: '', userId: '' };
  const row = world.rows.get(key) ?? {};
  if (deed.what === 'change') world.change(key, { ...deed.row, subscriptionEventAt: now });
  if (deed.what === 'use' && (row.lifecycle ?? 'active') === 'active')
    world.change(key, { lastActivity: Math.floor(now) });
  if (deed.what === 'hold') {
    const until = deed.days === undefined ? {} : { until: Math.floor(now) + deed.days * DAY };
    await holdWorkspace(key, { by: 'ops', reason: 'asked', ...until }, ports).catch(() => undefined);
  }
  if (deed.what === 'release') await releaseWorkspace(key, { by: 'ops' }, ports).catch(() => undefined);
}

/** Nothing is terminated without a notice, a day before at least. */
function unannounced(world: MemoryWorld): string[] {
  return KEYS.flatMap(({ clientId, userId }) => {
    const entries = world.history.of(`${clientId}/${userId}`);
    const end = entries.find(({ what }) => what === 'terminating');
    if (!end) return [];
    const notice = entries.findLast(
      ({ what, loss, at }) => what === 'expiring' && loss === 'terminate' && at < end.at,
    );
    if (notice && end.at - notice.at >= DAY - 1) return [];
    return [`${userId} was terminated at ${end.at}, its notice was at ${notice?.at}`];
  });
}

function beyondBudget(world: MemoryWorld): string[] {
  const counts = new Map<string, number>();
  for (const { what, at } of world.history.entries) {
    if (what !== 'archived' && what !== 'terminated') continue;
    const hour = `${what} in ${new Date(at * 1_000).toISOString().slice(0, 13)}`;
    counts.set(hour, (counts.get(hour) ?? 0) + 1);
  }
  return [...counts]
    .filter(([hour, count]) => count > (hour.startsWith('archived') ? BUDGETS.archive : BUDGETS.terminate))
    .map(([hour, count]) => `${count} ${hour}`);
}

/** In the end everybody is where the rules want them, and nobody waits. */
function unsettled(world: MemoryWorld): string[] {
  return KEYS.flatMap((key) => {
    const parsed = parseRow(world.rows.get(key), world.clock.now());
    if (parsed.kind === 'invalid') return [`${key.userId} is invalid`];
    const { row } = parsed;
    const state = stateOf(row, policy, world.clock.now());
    const held = row.hold !== undefined && row.hold.until === undefined;
    const expected = row.subscriptionStatus === 'cancelled' ? 'terminated' : 'archived';
    if (
      held
        ? state === 'held' || row.lifecycle === 'terminated'
        : row.lifecycle === expected || row.lifecycle === 'terminated'
    )
      return [];
    return [`${key.userId} is ${row.lifecycle}, ${state}, expected ${expected}`];
  });
}

test('whatever people and billing do, and wherever handlers die: told first, within budgets, history true, and settled in the end', async () => {
  await fc.assert(
    fc.asyncProperty(STORIES, async ({ story, deaths }) => {
      const life = new Life(deaths);
      const { world } = life;
      for (const [hours, deed] of story) {
        await life.liveUntil(world.clock.now() + hours * HOUR);
        await play(life, deed);
        expect(world.disagreements()).toEqual([]);
      }
      world.control.set({ enforcement: 'enforce', pause: undefined, budgets: {}, clients: {} });
      await life.control();
      for (let weeks = 0; weeks < 6; weeks += 1) await life.liveUntil(world.clock.now() + 7 * DAY);
      expect([
        world.deeds.wrongs(),
        world.disagreements(),
        unannounced(world),
        beyondBudget(world),
        unsettled(world),
      ]).toEqual([[], [], [], [], []]);
    }),
    { numRuns: Number(process.env.RUNS ?? 120) },
  );
});
