import { parseControl } from '../../../../src/core/control.ts';
import { DAY_SECONDS } from '../../../../src/core/policy.ts';
import { showKey, type WorkspaceKey } from '../../../../src/core/workspace-key.ts';
import type { Context } from '../../../../src/operator/fleet/context.ts';
import { type Filters, isWanted } from '../../../../src/operator/fleet/filters.ts';
import type { FleetReader, UpcomingKey } from '../../../../src/operator/fleet/fleet-reader.ts';
import { listAll, listUpcoming } from '../../../../src/operator/fleet/list-fleet.ts';
import { listLines } from '../../../../src/operator/fleet/list-lines.ts';
import { viewOf } from '../../../../src/operator/fleet/workspace-view.ts';
import { OK_SAFETY } from '../../../support/memory/ok-values.ts';
import { idleFor, NOW, okPolicy, okSeed } from '../../../support/rows.ts';
import { silentTerminal } from '../../../support/silent-terminal.ts';

const context: Context = {
  now: NOW,
  policy: okPolicy,
  control: parseControl({}),
  safety: { ...OK_SAFETY, enforcement: 'enforce' },
};

type Row = WorkspaceKey & Record<string, unknown>;
const row = (userId: string, changes: Record<string, unknown> = {}): Row => ({
  ...okSeed,
  userId,
  lastActivity: idleFor(2),
  armedFor: NOW + 5 * DAY_SECONDS,
  ...changes,
});

/** A fleet in memory that counts what is read of it. */
class MemoryReader implements FleetReader {
  readonly table: Row[];
  rowsRead = 0;
  constructor(table: Row[]) {
    this.table = table;
  }
  async upcoming(after: UpcomingKey | undefined, from: number, to: number, limit: number) {
    return this.table
      .filter(({ armedFor }) => typeof armedFor === 'number' && armedFor >= from && armedFor <= to)
      .map(({ clientId, userId, armedFor }) => ({ clientId, userId, armedFor: Number(armedFor) }))
      .sort((a, b) => a.armedFor - b.armedFor || (showKey(a) < showKey(b) ? -1 : 1))
      .filter((key) => after === undefined || isBehind(key, after))
      .slice(0, limit);
  }
  async rows(keys: readonly WorkspaceKey[]) {
    this.rowsRead += keys.length;
    return keys.map((key) => this.table.find((one) => showKey(one) === showKey(key)));
  }
  async page(clientId: string | undefined, after: WorkspaceKey | undefined, limit: number) {
    const all = this.table.filter((one) => clientId === undefined || one.clientId === clientId);
    const first = after === undefined ? 0 : all.findIndex((one) => showKey(one) === showKey(after)) + 1;
    const rows = all.slice(first, first + limit).map((one) => ({ key: one, row: one }));
    this.rowsRead += rows.length;
    return { rows, next: first + limit < all.length ? rows.at(-1)?.key : undefined };
  }
}
const isBehind = (key: UpcomingKey, after: UpcomingKey) =>
  key.armedFor > after.armedFor || (key.armedFor === after.armedFor && showKey(key) > showKey(after));

const names = ({ workspaces }: { workspaces: { workspace: string }[] }) =>
  workspaces.map(({ workspace }) => workspace);
const request = (filters: Filters = {}, limit = 50, after?: string) => ({ filters, limit, after });
const pace = async () => {};

test('what comes next is listed by when, from what is overdue on, and only what is shown is read', async () => {
  const reader = new MemoryReader([
    row('later', { armedFor: NOW + 400 }),
    row('overdue', { armedFor: NOW - 3_600 }),
    row('soon', { armedFor: NOW + 30 }),
    row('never', { armedFor: undefined }),
  ]);
  const page = await listUpcoming(reader, request(), context);
  expect(names(page)).toEqual(['acme/overdue', 'acme/soon', 'acme/later']);
  expect(page.next).toBeNull();
  expect(reader.rowsRead).toBe(3);
});

test('pages follow one another without a gap or a repetition, also within one second', async () => {
  const reader = new MemoryReader(
    Array.from({ length: 250 }, (_, index) =>
      row(`u${String(index).padStart(3, '0')}`, { armedFor: NOW + 60 + Math.floor(index / 40) }),
    ),
  );
  const seen: string[] = [];
  for (let after: string | undefined, pages = 0; pages < 10; pages += 1) {
    const page = await listUpcoming(reader, request({}, 60, after), context);
    seen.push(...names(page));
    if (page.next === null) break;
    after = page.next;
  }
  expect(seen).toEqual([...new Set(seen)]);
  expect(seen).toHaveLength(250);
});

test('whoever looks for what is rare gets the end of a page before the whole index is read', async () => {
  const many = Array.from({ length: 5_200 }, (_, index) => row(`u${index}`, { armedFor: NOW + index }));
  const reader = new MemoryReader([...many, row('rare', { subscriptionTier: 'pro', armedFor: NOW + 9_999 })]);
  const first = await listUpcoming(reader, request({ tier: 'pro' }), context);
  expect(names(first)).toEqual([]);
  expect(reader.rowsRead).toBe(5_000);
  const second = await listUpcoming(reader, request({ tier: 'pro' }, 50, first.next ?? ''), context);
  expect(names(second)).toEqual(['acme/rare']);
});

test('--all has those of which nothing lies ahead, and those that are not understood', async () => {
  const table = [
    row('ada'),
    row('gone', { lifecycle: 'terminated', armedFor: undefined }),
    row('bad', { retentionDays: 0 }),
  ];
  const reader = new MemoryReader([...table, row('eve', { clientId: 'globex' })]);
  const all = await listAll(reader, request(), context, pace);
  expect(names(all)).toEqual(['acme/ada', 'acme/gone', 'acme/bad', 'globex/eve']);
  const client = await listAll(reader, request({ client: 'acme', state: 'invalid' }), context, pace);
  expect(names(client)).toEqual(['acme/bad']);
});

test('--all keeps its pace before each page, and goes on behind the last', async () => {
  const reader = new MemoryReader(Array.from({ length: 230 }, (_, index) => row(`u${index}`)));
  let paces = 0;
  const counted = async () => {
    paces += 1;
  };
  const first = await listAll(reader, request({}, 150), context, counted);
  expect([first.workspaces.length, paces]).toEqual([150, 2]);
  const second = await listAll(reader, request({}, 150, first.next ?? ''), context, counted);
  expect(names(second)[0]).toBe('acme/u150');
  expect(second).toMatchObject({ workspaces: { length: 80 }, next: null });
});

test.each(['abc', '', Buffer.from('{"clientId":"a"}').toString('base64url')])(
  'a cursor that is none is refused: %j',
  (after) => {
    const reader = new MemoryReader([]);
    expect(() => listUpcoming(reader, request({}, 5, after), context)).toThrow('--after is');
    expect(() => listAll(reader, request({}, 5, after), context, pace)).toThrow(
      'expected what the page before',
    );
  },
);

const view = (changes: Record<string, unknown> = {}) => {
  const one = row('ada', changes);
  return viewOf(one, one, context);
};
test.each<[Filters, Record<string, unknown>, boolean]>([
  [{}, {}, true],
  [{ client: 'acme' }, {}, true],
  [{ client: 'acm' }, {}, false],
  [{ tier: 'free', status: 'active', lifecycle: 'active', state: 'at-rest' }, {}, true],
  [{ tier: 'pro' }, {}, false],
  [{ status: 'cancelled' }, {}, false],
  [{ lifecycle: 'archived' }, {}, false],
  [{ state: 'due' }, { lastActivity: idleFor(8) }, true],
  [{ state: 'held' }, { hold: {} }, true],
  [{ dueWithinSeconds: 5 * DAY_SECONDS }, {}, false],
  [{ dueWithinSeconds: 5 * DAY_SECONDS + 1 }, {}, true],
  [{ dueWithinSeconds: 0 }, { lastActivity: idleFor(8) }, true],
  [{ dueWithinSeconds: 99 * DAY_SECONDS }, { lifecycle: 'terminated' }, false],
  [{ state: 'invalid' }, { retentionDays: 0 }, true],
  [{ state: 'invalid' }, {}, false],
  [{ tier: 'free' }, { retentionDays: 0 }, false],
])('%j of %j is wanted: %s', (filters, changes, expected) => {
  expect(isWanted(view(changes), filters, NOW)).toBe(expected);
});

test('whatever holds it back is one state, too', () => {
  const one = row('ada', { lastActivity: idleFor(8) });
  const paused = { ...context, control: parseControl({ pause: { at: NOW, by: 'ops', reason: 'x' } }) };
  const held = viewOf(one, one, paused);
  expect(isWanted(held, { state: 'held-back' }, NOW)).toBe(true);
  expect(isWanted(held, { state: 'held-back:paused' }, NOW)).toBe(true);
  expect(isWanted(held, { state: 'held-back:off' }, NOW)).toBe(false);
});

test.each([140, 90, 60, 40])('a table of %i columns has no line that is longer', (columns) => {
  const workspaces = [
    view(),
    view({
      hold: { reason: 'a very long reason that goes on for a while\nand then some more of it, really' },
    }),
    view({ retentionDays: 0 }),
  ];
  const lines = listLines({ workspaces, next: null }, NOW, silentTerminal(columns));
  expect(lines).toHaveLength(4);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 56));
  expect(lines[0]).toMatch(/^WORKSPACE .*WHY$/);
});

test('the words of a list', () => {
  const lines = listLines({ workspaces: [view()], next: 'abc' }, NOW, silentTerminal());
  expect(lines).toEqual([
    'WORKSPACE  TIER  BILLING  LIFECYCLE  STATE    IDLE  NEXT            WHY',
    'acme/ada   free  active   active     at-rest  2 d   archive in 5 d  retention-free',
    'more: --after abc',
  ]);
  expect(listLines({ workspaces: [], next: null }, NOW, silentTerminal())).toEqual(['none']);
});
