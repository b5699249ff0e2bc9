import { fleetLike, mondayFrom, stateAt, WEEK_SECONDS } from '../../bench/alternatives/fleet.ts';
import { makeFleet, usualPolicy } from '../../bench/alternatives/fleets.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const DAY = 86_400;
const POLICY = usualPolicy();
const T0 = 1_700_000_000;

describe('where a workspace stands', () => {
  const at = (times: number[], now: number) =>
    stateAt(
      times.map((time) => T0 + time),
      T0 + now,
      'free',
      POLICY,
    );

  test.each([
    ['in use: its notice is armed', [0], DAY, 6 * DAY + 1],
    ['used since: the wake-up of then is still armed', [0, 3 * DAY], 4 * DAY, 6 * DAY + 1],
    ['that one has come, and armed the next', [0, 3 * DAY], 6 * DAY + 2, 9 * DAY + 1],
    ['its notice is out: the deadline is armed', [0], 6 * DAY + 2, 7 * DAY + 1],
    ['archived', [0], 7 * DAY + 1, undefined],
    ['a second before that', [0], 7 * DAY, 7 * DAY + 1],
    ['given back after it was archived', [0, 20 * DAY], 21 * DAY, 26 * DAY + 1],
  ])('%s', (_, times, now, armedFor) => {
    const state = at(times, now);
    expect(state.armedFor).toBe(armedFor === undefined ? undefined : T0 + armedFor);
    expect(state.lastActivity).toBe(T0 + (times.at(-1) ?? 0));
  });
});

describe('a fleet with the statistics of the trace', () => {
  const wanted = { kind: 'like', workspaces: 10_000, weeks: 2 } as const;
  const fleet = makeFleet(wanted, POLICY);

  test('has as many workspaces as were asked for, and is the same each time', () => {
    const { living, dormant } = fleet;
    expect(living.length + dormant.archived + dormant.waiting).toBe(10_000);
    expect(makeFleet(wanted, POLICY).reports).toEqual(fleet.reports);
  });

  test('twice as many do twice as much', () => {
    const twice = makeFleet({ ...wanted, workspaces: 20_000 }, POLICY);
    expect(twice.reports.length / fleet.reports.length).toBeCloseTo(2, 0);
    expect(twice.living.length / fleet.living.length).toBeCloseTo(2, 0);
  });

  test('works on the days on which the people of the trace do', () => {
    const shareOfWeekend = (times: readonly number[]) =>
      times.filter((at) => [0, 6].includes(new Date(at * 1_000).getUTCDay())).length / times.length;
    const trace = makeFleet({ kind: 'trace' }, POLICY);
    const [own, theirs] = [fleet, trace].map(({ reports }) => shareOfWeekend(reports.map(({ at }) => at)));
    expect(own).toBeGreaterThan(0.1);
    expect(Math.abs((own ?? 0) - (theirs ?? 1))).toBeLessThan(0.04);
  });

  test('nothing happens to those that it leaves out', () => {
    const named = new Set(fleet.living.map(({ workspace }) => workspace));
    expect(fleet.reports.every(({ workspace }) => named.has(workspace))).toBe(true);
    const lies = fleet.living.filter(({ armedFor }) => armedFor !== undefined && armedFor <= fleet.start);
    expect(lies).toEqual([]);
  });
});

test('weeks begin on Mondays', () => {
  expect(mondayFrom(0)).toBe(4 * DAY);
  expect(mondayFrom(4 * DAY)).toBe(4 * DAY);
  expect(new Date(mondayFrom(T0) * 1_000).getUTCDay()).toBe(1);
});

test('chance picks people and weeks evenly: one of two people who were there all the time is half of the fleet', () => {
  const random = seededRandom(7);
  const start = mondayFrom(T0);
  const days = (from: number) =>
    Array.from({ length: 300 }, (_, day) => start + day * DAY + from + random() * 60);
  const uses = new Map([
    ['ada', days(0)],
    ['bo', days(43_200)],
  ]);
  const options = { workspaces: 1_000, seed: 3, policy: POLICY, start, weeks: 1 };
  const { reports } = fleetLike(uses, options);
  const morning = reports.filter(({ at }) => (at - start) % DAY < 3_600).length;
  expect(morning / reports.length).toBeCloseTo(0.5, 1);
  expect(Math.max(...reports.map(({ at }) => at))).toBeLessThan(start + WEEK_SECONDS);
});
