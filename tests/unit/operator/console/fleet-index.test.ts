import fc from 'fast-check';
import { FleetIndex } from '../../../../src/operator/console/fleet-index.ts';
import { SORT_KEYS } from '../../../../src/operator/console/protocol.ts';
import { summarise } from '../../../../src/operator/console/summary.ts';
import type { TableQuery } from '../../../../src/operator/console/table-query.ts';
import { viewOf, type WorkspaceView } from '../../../../src/operator/console/workspace-view.ts';
import { restingRows } from '../../../support/arbitraries.ts';
import { idleFor, NOW, okPolicy, okSeed } from '../../../support/rows.ts';

const everything: TableQuery = {
  search: '',
  lifecycle: undefined,
  tier: undefined,
  status: undefined,
  state: undefined,
  sort: 'workspace',
  descending: false,
  page: 0,
  size: 1_000,
};
const DAY = 86_400;
const ids = (views: readonly WorkspaceView[]) => views.map(({ id }) => id);

function indexOf(rows: Record<string, unknown>[]): FleetIndex {
  const index = new FleetIndex(okPolicy);
  for (const row of rows) index.put(row, NOW);
  return index;
}

const fleets = fc
  .array(restingRows, { maxLength: 40 })
  .map((rows) =>
    rows.map((row, index) => ({ ...row, clientId: `Client-${index % 3}`, userId: `u${index}` })),
  );

test('what is shown is always what a look at each row would show, in order, page by page', () => {
  const queries = fc.record({
    search: fc.constantFrom('', 'u1', 'CLIENT-2', 'client-1/u', 'nobody'),
    lifecycle: fc.constantFrom(undefined, 'active', 'archived'),
    tier: fc.constantFrom(undefined, 'free'),
    status: fc.constantFrom(undefined, 'cancelled'),
    state: fc.constantFrom(undefined, 'held', 'at-rest'),
    sort: fc.constantFrom(...SORT_KEYS),
    descending: fc.boolean(),
    page: fc.constantFrom(0, 1),
    size: fc.constantFrom(3, 50),
  });
  fc.assert(
    fc.property(fleets, queries, fc.nat({ max: 20 * DAY }), (rows, query, later) => {
      const now = NOW + later;
      // Put in the past, asked for later: views that have grown old are worked out anew.
      const { total, views } = indexOf(rows).query(query, now);
      const expected = rows
        .map((row) => viewOf(row, okPolicy, now))
        .filter(
          ({ id, lifecycle, row, state }) =>
            id.toLowerCase().includes(query.search.toLowerCase()) &&
            (query.lifecycle ?? lifecycle) === lifecycle &&
            (query.tier ?? row?.subscriptionTier) === row?.subscriptionTier &&
            (query.status ?? row?.subscriptionStatus) === row?.subscriptionStatus &&
            (query.state ?? state) === state,
        );
      expect(total).toBe(expected.length);
      const byId = new Map(expected.map((view) => [view.id, view]));
      for (const view of views) expect(view).toEqual(byId.get(view.id));
      expect(views.length).toBe(Math.max(0, Math.min(query.size, total - query.page * query.size)));
      const values = views.map((view) => ({ next: view.next?.at ?? Infinity, workspace: view.id }));
      if (query.sort === 'next' || query.sort === 'workspace') {
        const key = query.sort;
        const sorted = [...values].sort((a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0));
        if (query.descending) sorted.reverse();
        expect(values.map((value) => value[key])).toEqual(sorted.map((value) => value[key]));
      }
    }),
    { numRuns: 400 },
  );
});

test('a change moves a row to its new place, and the old order is put right', () => {
  const index = indexOf([
    { ...okSeed, userId: 'a', lastActivity: idleFor(1) },
    { ...okSeed, userId: 'b', lastActivity: idleFor(2) },
    { ...okSeed, userId: 'c', lastActivity: idleFor(3) },
  ]);
  const byIdle = () => ids(index.query({ ...everything, sort: 'idle' }, NOW).views);
  expect(byIdle()).toEqual(['acme/c', 'acme/b', 'acme/a']);
  expect(index.put({ ...okSeed, userId: 'c', lastActivity: NOW }, NOW)).toBe(true);
  expect(byIdle()).toEqual(['acme/b', 'acme/a', 'acme/c']);
  index.put({ ...okSeed, userId: 'd', lastActivity: idleFor(5) }, NOW);
  expect(byIdle()).toEqual(['acme/d', 'acme/b', 'acme/a', 'acme/c']);
  index.delete('acme/b');
  expect(byIdle()).toEqual(['acme/d', 'acme/a', 'acme/c']);
});

test('however many rows change between two looks, the order is always as if it had been made anew', () => {
  const changes = fc.array(
    fc.record({ user: fc.nat({ max: 260 }), days: fc.nat({ max: 9 }), isGone: fc.boolean() }),
    { maxLength: 250 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...SORT_KEYS), fc.array(changes, { maxLength: 4 }), (sort, looks) => {
      const row = (user: number, days: number) => ({
        ...okSeed,
        userId: `u${user}`,
        lastActivity: idleFor(days),
      });
      const index = indexOf(Array.from({ length: 200 }, (_, user) => row(user, user % 7)));
      const look = () => ids(index.query({ ...everything, sort }, NOW).views);
      look();
      for (const changed of looks) {
        for (const { user, days, isGone } of changed)
          if (isGone) index.delete(`acme/u${user}`);
          else index.put(row(user, days), NOW);
        const anew = indexOf([...index.all()].map((view) => ({ ...view.row })));
        expect(look()).toEqual(ids(anew.query({ ...everything, sort }, NOW).views));
      }
    }),
    { numRuns: 60 },
  );
});

test('a row that is as it was changes no version, so nobody asks again', () => {
  const index = indexOf([{ ...okSeed }]);
  const { version } = index;
  expect(index.put({ ...okSeed }, NOW)).toBe(false);
  expect(index.delete('acme/nobody')).toBe(false);
  expect(index.version).toBe(version);
});

test('rows that are not understood are found, and are understood once their time has come', () => {
  const index = indexOf([
    { ...okSeed, userId: 'ms', lastActivity: NOW * 1_000 },
    { ...okSeed, userId: 'ahead', lastActivity: NOW + 1_000 },
  ]);
  const invalid = (now: number) => ids(index.query({ ...everything, lifecycle: 'invalid' }, now).views);
  expect(invalid(NOW)).toEqual(['acme/ahead', 'acme/ms']);
  expect(invalid(NOW + 1_000)).toEqual(['acme/ms']);
});

test('kept back for any reason is one question', () => {
  const heldBack = { matter: 'archive', deadline: idleFor(0, -1), since: NOW, reason: 'paused' };
  const row = { ...okSeed, lastActivity: idleFor(7, 1) };
  const index = indexOf([
    { ...row, heldBack: { ...heldBack, deadline: NOW } },
    { ...okSeed, userId: 'bo' },
  ]);
  expect(ids(index.query({ ...everything, state: 'held-back' }, NOW).views)).toEqual(['acme/ada']);
  expect(ids(index.query({ ...everything, state: 'held-back:paused' }, NOW).views)).toEqual(['acme/ada']);
  expect(ids(index.query({ ...everything, state: 'held-back:budget' }, NOW).views)).toEqual([]);
});

test('rows whose wake-up has come are those that the system may have changed', () => {
  const index = indexOf([
    { ...okSeed, userId: 'past', armedFor: NOW - 1 },
    { ...okSeed, userId: 'now', armedFor: NOW },
    { ...okSeed, userId: 'later', armedFor: NOW + 1 },
    { ...okSeed, userId: 'never' },
  ]);
  expect(index.woken(NOW, 10)).toEqual(['acme/past', 'acme/now']);
  expect(index.woken(NOW, 1)).toEqual(['acme/past']);
});

describe('the summary', () => {
  const rows = [
    { ...okSeed, userId: 'soon', lastActivity: idleFor(7, -3_600) },
    { ...okSeed, userId: 'overdue', lastActivity: idleFor(8) },
    {
      ...okSeed,
      userId: 'cancelled',
      subscriptionStatus: 'cancelled',
      subscriptionTier: 'pro',
      lastActivity: idleFor(2),
    },
    {
      ...okSeed,
      userId: 'gone',
      lifecycle: 'archived',
      lastActivity: idleFor(20),
      history: { sequence: 2, at: idleFor(2) },
    },
    { ...okSeed, userId: 'odd', lastActivity: 'yesterday' },
  ];
  const summary = summarise(indexOf(rows), NOW);

  test('counts by lifecycle, tier, status and state', () => {
    expect(summary).toMatchObject({
      total: 5,
      lifecycle: { active: 3, archived: 1, invalid: 1 },
      tier: { free: 3, pro: 1 },
      status: { active: 3, cancelled: 1 },
      overdue: 1,
    });
  });

  test('puts each loss into its hour and its day; what is overdue into the first', () => {
    expect(summary.hours).toHaveLength(48);
    expect(
      summary.hours.flatMap(({ archive, terminate }, index) =>
        archive + terminate > 0 ? [[index, archive, terminate]] : [],
      ),
    ).toEqual([
      [0, 1, 0],
      [1, 1, 0],
    ]);
    const days = summary.days.flatMap(({ terminate }, index) => (terminate > 0 ? [index] : []));
    expect(days).toEqual([Math.floor((NOW + 5 * DAY + 1) / DAY) - Math.floor(NOW / DAY)]);
    expect(summary.upcoming.map(({ userId }) => userId)).toEqual(['overdue', 'soon', 'cancelled']);
  });

  test('adds up the hours since archived workspaces lost their containers', () => {
    expect(summary.saved).toEqual({ archived: 1, terminated: 0, hours: 48 });
  });
});
