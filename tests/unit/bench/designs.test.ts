import { planLifecycle } from '../../../src/core/lifecycle.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Cloud } from '../../bench/alternatives/cloud.ts';
import { type Design, NO_TIMERS, rowOf, wake } from '../../bench/alternatives/design.ts';
import { DESIGNS, type DesignName } from '../../bench/alternatives/designs/all.ts';
import { Sweep } from '../../bench/alternatives/designs/sweep.ts';
import { makeFleet, usualPolicy } from '../../bench/alternatives/fleets.ts';
import { itemBytes, readUnits } from '../../bench/alternatives/item-size.ts';
import { type Played, play } from '../../bench/alternatives/play.ts';
import { runDesign } from '../../bench/alternatives/run-design.ts';

const POLICY = usualPolicy();
const FLEET = makeFleet({ kind: 'like', workspaces: 1_500, weeks: 2 }, POLICY);
// The sweep pays for those by their number, the literal one below reads what is there.
const LIVING = { ...FLEET, dormant: { archived: 0, waiting: 0 } };

/** Really reads every row each time, and asks the plan of each. */
class LiteralSweep implements Design {
  readonly hasUpcomingIndex = false;
  units = 0;

  timers() {
    return NO_TIMERS;
  }

  begin(cloud: Cloud): void {
    for (let tick = Math.ceil(cloud.now / 3_600) * 3_600; tick <= LIVING.end; tick += 3_600)
      cloud.simulation.at(tick, () => this.sweep(cloud));
  }

  changed(): void {}

  end(): void {}

  private sweep(cloud: Cloud): void {
    let bytes = 0;
    for (const image of cloud.rows.items()) {
      bytes += itemBytes(image);
      const plan = planLifecycle(rowOf(image, cloud.now), POLICY, cloud.now);
      if (plan.kind === 'act' || plan.kind === 'notify') void wake(cloud, image as unknown as WorkspaceKey);
    }
    this.units += readUnits(bytes, { consistent: false });
  }
}

const played = new Map<DesignName, Played>();
beforeAll(async () => {
  for (const name of Object.keys(DESIGNS) as DesignName[])
    played.set(name, await play(FLEET, POLICY, DESIGNS[name].make()));
}, 60_000);
const of = (name: DesignName) => played.get(name) as Played;
const most = (values: readonly number[]) => values.reduce((largest, value) => Math.max(largest, value), 0);

test('the fleet does something', () => {
  expect(of('ours').archived.length).toBeGreaterThan(20);
  expect(of('ours').returned).toBeGreaterThan(8);
});

/**
 * What the rule archives, from the uses alone: a gap that is longer than the limit. Whoever came back within the minute and a second
 * that Scheduler may take was perhaps not: these are in `perhaps`.
 */
function expectedArchives(): { surely: string[]; perhaps: Set<string> } {
  const uses = new Map(FLEET.living.map(({ workspace, lastActivity }) => [workspace, [lastActivity]]));
  for (const { workspace, lastActivity = 0 } of FLEET.reports) uses.get(workspace)?.push(lastActivity);
  const [surely, perhaps] = [[] as string[], new Set<string>()];
  for (const { workspace, tier } of FLEET.living) {
    const times = [...new Set(uses.get(workspace))];
    times.forEach((at, index) => {
      const due = at + POLICY.retentionDays[tier] * 86_400 + 1;
      const next = times[index + 1] ?? Number.POSITIVE_INFINITY;
      if (due <= FLEET.start || due > FLEET.end || next <= due) return;
      if (next > due + 61 && due + 61 < FLEET.end) surely.push(`${workspace},${due}`);
      else perhaps.add(`${workspace},${due}`);
    });
  }
  return { surely, perhaps };
}

test('archived is what the rule says, to the second', () => {
  const { surely, perhaps } = expectedArchives();
  expect(surely.length).toBeGreaterThan(20);
  const archived = of('ours').archived.filter((one) => !perhaps.has(one));
  expect(archived.sort()).toEqual(surely.sort());
});

test('of the minute that Scheduler takes every second is as likely', () => {
  const { lateness } = of('ours');
  const mean = lateness.reduce((sum, one) => sum + one, 0) / lateness.length;
  expect(mean).toBeGreaterThan(22);
  expect(mean).toBeLessThan(38);
});

test('a sweep that finds what is due without the others is one that looks at all of them', async () => {
  const literal = new LiteralSweep();
  const [long, short] = [await play(LIVING, POLICY, literal), await play(LIVING, POLICY, new Sweep(3_600))];
  expect(short.archived.sort()).toEqual(long.archived.sort());
  expect(short.returned).toBe(long.returned);
  expect(short.totals.writeUnits).toBe(long.totals.writeUnits);
  expect(Math.abs(most(short.lateness) - most(long.lateness))).toBeLessThan(1);
  const readByOthers = long.totals.readUnits;
  expect(short.totals.readUnits - readByOthers).toBeCloseTo(literal.units, 5);
});

test.each(Object.keys(DESIGNS) as DesignName[])(
  '%s archives what the rule says, and no second before it',
  (name) => {
    const { archived, lateness } = of(name);
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    // Whoever came back between the deadline and a late archive is in one list and not in the other.
    const others = new Set(of('ours').archived);
    const apart =
      archived.filter((one) => !others.has(one)).length + of('ours').archived.length - archived.length;
    expect(apart).toBeLessThanOrEqual(0.03 * archived.length);
  },
);

test.each([
  ['ours', 61],
  ['schedule-per-write', 61],
  ['due-index', 61],
  ['minute-sweep', 62],
  ['time-to-live', 28 * 60 + 1],
  ['hourly-sweep', 3_602],
] as const)('%s is late by at most %i seconds', (name, seconds) => {
  expect(most(of(name).lateness)).toBeLessThanOrEqual(seconds);
});

test('what is paid for', () => {
  const calls = (name: DesignName) => of(name).totals.schedulerCalls;
  expect(calls('hourly-sweep') + calls('minute-sweep') + calls('time-to-live') + calls('due-index')).toBe(0);
  expect(of('ours').totals.schedulerInvocations).toBeLessThanOrEqual(calls('ours') + FLEET.living.length);
  expect(of('minute-sweep').totals.readUnits).toBeGreaterThan(50 * of('hourly-sweep').totals.readUnits);
  expect(of('time-to-live').totals.writeUnits).toBeGreaterThan(of('schedule-per-write').totals.writeUnits);
  // The index of what is armed is ours and that of whoever asks it.
  expect(of('due-index').totals.writeUnits).toBe(of('ours').totals.writeUnits);
});

test('writes of activity arm next to nothing, and move a schedule each where each has one', () => {
  const per1000 = (name: DesignName) =>
    (1_000 * (of(name).causes?.activity ?? Number.NaN)) / of(name).activityWrites;
  expect(per1000('ours')).toBeLessThanOrEqual(3);
  expect(per1000('schedule-per-write')).toBeGreaterThan(700);
});

describe('ten times as many idle workspaces beside the same people at work', () => {
  const bill = async (design: DesignName, idle: number) => {
    const fleet = makeFleet(
      { kind: 'busy', working: 20, archived: idle / 2, kept: idle / 2, weeks: 1 },
      POLICY,
    );
    const { dollarsAMonth } = await runDesign(design, fleet, POLICY);
    return dollarsAMonth.total + dollarsAMonth.reports - dollarsAMonth.scheduler;
  };

  test('cost at most a tenth more', async () => {
    expect((await bill('ours', 1_000)) / (await bill('ours', 100))).toBeLessThan(1.1);
  });

  test('cost a multiple where all are looked at', async () => {
    expect((await bill('minute-sweep', 10_000)) / (await bill('minute-sweep', 1_000))).toBeGreaterThan(3);
  });
});

test('the causes of our calls of Scheduler are all of them', () => {
  const { causes = {}, totals } = of('ours');
  expect(Object.values(causes).reduce((sum, one) => sum + one, 0)).toBe(totals.schedulerCalls);
  expect(Object.values(causes).every((one) => one >= 0)).toBe(true);
});

test('it is the same each time', async () => {
  const again = await play(FLEET, POLICY, DESIGNS.ours.make());
  expect(again).toEqual(of('ours'));
});
