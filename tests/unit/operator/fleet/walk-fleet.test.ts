import { Pace } from '../../../../src/operator/fleet/pace.ts';
import { startOfWalk, walkFleet } from '../../../../src/operator/fleet/walk-fleet.ts';
import type { Fleet } from '../../../../src/ports.ts';

/** Rows of which each segment has its own, in pages. */
function fleetOf(rows: number): Pick<Fleet, 'page'> {
  return {
    page: async ({ number, of }, after, limit) => {
      const own = Array.from({ length: rows }, (_, index) => index).filter((index) => index % of === number);
      const from = after === undefined ? 0 : own.indexOf(Number(after.userId)) + 1;
      const page = own.slice(from, from + Math.min(limit, 6));
      const last = page.at(-1);
      const isEnd = last === undefined || last === own.at(-1);
      return {
        rows: page.map((index) => ({ clientId: 'acme', userId: String(index) })),
        next: isEnd ? undefined : { clientId: 'acme', userId: String(last) },
        readUnits: 1,
      };
    },
  };
}

const options = (position = startOfWalk(3)) => ({ position, stepRows: 4, pace: new Pace(1e9) });

test('every row comes once, and the position says when it is over', async () => {
  const seen: string[] = [];
  const walk = options();
  const finished = await walkFleet(
    fleetOf(50),
    walk,
    (rows) => rows.map(({ userId }) => String(userId)),
    (page) => seen.push(...page),
  );
  expect(finished).toBe(true);
  expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(walk.position.every(({ done }) => done)).toBe(true);
});

test('stopped in the middle and gone on with, no row comes twice and none is left out', async () => {
  const seen: string[] = [];
  const controller = new AbortController();
  const walk = { ...options(), signal: controller.signal };
  const enter = (page: string[]) => {
    seen.push(...page);
    if (seen.length > 20) controller.abort();
  };
  const visit = (rows: Record<string, unknown>[]) => rows.map(({ userId }) => String(userId));
  expect(await walkFleet(fleetOf(50), walk, visit, enter)).toBe(false);
  expect(seen.length).toBeLessThan(50);
  // As from a checkpoint.
  const position = JSON.parse(JSON.stringify(walk.position));
  expect(await walkFleet(fleetOf(50), options(position), visit, (page) => seen.push(...page))).toBe(true);
  expect(seen.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test('a step that fails ends the walk, and its segment stands before it', async () => {
  const walk = options(startOfWalk(1));
  let pages = 0;
  const visit = () => {
    pages += 1;
    if (pages === 3) throw new Error('no more');
  };
  await expect(walkFleet(fleetOf(50), walk, visit, () => {})).rejects.toThrow('no more');
  expect(walk.position).toEqual([{ after: { clientId: 'acme', userId: '5' }, done: false }]);
});
