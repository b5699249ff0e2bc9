import { stripVTControlCharacters } from 'node:util';
import { DAY_SECONDS } from '../../../../src/core/policy.ts';
import { frame, type Scenery } from '../../../../src/local/show/frame.ts';
import { OK_SAFETY } from '../../../support/memory/ok-values.ts';
import { claimWith, idleFor, NOW, okPolicy, okSeed } from '../../../support/rows.ts';

const okStack: Scenery['stack'] = {
  clock: { now: () => NOW },
  ecs: { tasks: () => [] },
  configuration: { policy: okPolicy, safety: OK_SAFETY, workspaceStatusTable: 'WorkspaceStatus' },
  pace: { speed: DAY_SECONDS },
  url: 'http://127.0.0.1:4566',
  httpUrl: 'http://127.0.0.1:4567',
};
const okControl: NonNullable<Scenery['control']> = { revision: 0, clients: {}, budgets: {}, former: [] };
const okScenery: Scenery = {
  stack: okStack,
  start: NOW - 7 * DAY_SECONDS,
  rows: new Map([['acme/ada', okSeed]]),
  events: [],
  counts: { armed: 2, transitions: 1, rows: 3 },
  control: okControl,
};

const picture = (changes: Partial<Scenery> = {}, columns = 120, rows = 40) =>
  stripVTControlCharacters(frame({ ...okScenery, ...changes }, { columns, rows })).split('\n');

/** The line of a single workspace, its cells separated by a bar. */
const line = (changes: object, stack: Partial<Scenery['stack']> = {}) =>
  picture({ rows: new Map([['acme/ada', { ...okSeed, ...changes }]]), stack: { ...okStack, ...stack } })[4]
    ?.split(/ {2,}/)
    .join(' | ');

const many = (count: number) =>
  new Map(
    Array.from({ length: count }, (_, index) => [`acme/u${String(index).padStart(2, '0')}`, okSeed] as const),
  );

test.each([
  [160, 'WORKSPACE TIER BILLING STATE CONTAINER IDLE NEXT WHY'],
  [120, 'WORKSPACE TIER BILLING STATE CONTAINER IDLE NEXT WHY'],
  [110, 'WORKSPACE TIER BILLING STATE IDLE NEXT WHY'],
  [100, 'WORKSPACE BILLING STATE IDLE NEXT WHY'],
  [80, 'WORKSPACE STATE IDLE NEXT WHY'],
])('at %i columns the table has those that leave WHY readable', (columns, titles) => {
  const lines = picture({}, columns);
  expect(lines[3]?.split(/\s+/).join(' ')).toBe(titles);
  expect(lines[4]).toContain('free, idle > 7 d');
});

test.each([1, 20, 40, 80, 120, 160])('no line is longer than a terminal of %i columns', (columns) => {
  const lines = picture({ events: ['x'.repeat(500)] }, columns);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
});

test.each([
  ['active', {}, 'acme/ada | free | active | active | none | 1 min | archive in 7.0 d | free, idle > 7 d'],
  [
    'cancelled',
    { subscriptionStatus: 'cancelled', subscriptionTier: 'pro' },
    'acme/ada | pro | cancelled | active | none | 1 min | terminate in 7.0 d | cancelled, idle > 7 d',
  ],
  [
    'held beyond its limit',
    { hold: { until: NOW + 3600, reason: 'on leave' }, lastActivity: idleFor(8) },
    'acme/ada | free | active | active | none | 8.0 d | archive in 1.0 h | held: on leave',
  ],
  [
    'extended beyond its limit',
    { extension: { until: NOW + 3600, reason: 'holiday' }, lastActivity: idleFor(8) },
    'acme/ada | free | active | active | none | 8.0 d | archive in 1.0 h | extended: holiday',
  ],
  [
    'given notice',
    { lastActivity: idleFor(6, 1), notices: { archive: { deadline: NOW + DAY_SECONDS, at: NOW } } },
    'acme/ada | free | active | active | none | 6.0 d | archive in 1.0 d ! | free, idle > 7 d',
  ],
  [
    'observed only',
    {
      lastActivity: idleFor(7, 1),
      heldBack: { matter: 'archive', deadline: NOW, reason: 'observe', since: NOW },
    },
    'acme/ada | free | active | active | none | 7.0 d | would archive | free, idle > 7 d',
  ],
  [
    'kept back by a pause',
    {
      lastActivity: idleFor(7, 1),
      heldBack: { matter: 'archive', deadline: NOW, reason: 'paused', since: NOW },
    },
    'acme/ada | free | active | active | none | 7.0 d | archive: paused | free, idle > 7 d',
  ],
  [
    'waiting for its turn',
    {
      lastActivity: idleFor(7, 1),
      heldBack: { matter: 'archive', deadline: NOW, reason: 'budget', since: NOW, until: NOW + 1800 },
    },
    'acme/ada | free | active | active | none | 7.0 d | turn in 30 min | free, idle > 7 d',
  ],
  [
    'archived for good',
    { lifecycle: 'archived', lastActivity: idleFor(8) },
    'acme/ada | free | active | archived | none | 8.0 d | nothing | free, idle > 7 d',
  ],
  [
    'archived with termination ahead',
    { lifecycle: 'archived', subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: idleFor(3) },
    'acme/ada | free | cancelled | archived | none | 3.0 d | terminate in 4.0 d | own limit, idle > 2 d',
  ],
  [
    'archived and paid for again',
    { lifecycle: 'archived' },
    'acme/ada | free | active | archived | none | 1 min | restore is due | within its limits',
  ],
  [
    'overdue',
    { lastActivity: idleFor(7, 1) },
    'acme/ada | free | active | active | none | 7.0 d | archive is due | free, idle > 7 d',
  ],
  [
    'in between, with a claim that is alive',
    { lifecycle: 'archiving', lastActivity: idleFor(8), claim: claimWith({ step: 'remove-access' }) },
    'acme/ada | free | active | archiving | none | 8.0 d | now remove-access | free, idle > 7 d',
  ],
  [
    'in between, with a claim that has ended',
    { lifecycle: 'archiving', lastActivity: idleFor(8), claim: claimWith({ until: NOW }) },
    'acme/ada | free | active | archiving | none | 8.0 d | archive is due | free, idle > 7 d',
  ],
  [
    'terminated',
    { lifecycle: 'terminated', subscriptionStatus: 'cancelled', lastActivity: idleFor(8) },
    'acme/ada | free | cancelled | terminated | none | 8.0 d | nothing | cancelled, idle > 7 d',
  ],
  ['invalid', { retentionDays: 0 }, 'acme/ada | invalid | never touched | retentionDays is 0, expec…'],
])('a row that is %s', (_, changes, expected) => {
  expect(line(changes)).toBe(expected);
});

test.each([
  ['RUNNING', 'running'],
  ['PROVISIONING', 'provisioning'],
  ['STOPPED', 'none'],
])('a container that is %s', (lastStatus, expected) => {
  const tasks = [
    { startedBy: 'acme/bo', lastStatus: 'STOPPING' },
    { startedBy: 'acme/ada', lastStatus },
  ];
  expect(line({}, { ecs: { tasks: () => tasks } })?.split(' | ')[4]).toBe(expected);
});

describe('the head', () => {
  test('with a sample fleet: its day, the time, the pace', () => {
    expect(picture()[0]).toBe(' workspace-cleanup   day  7.00  2027-01-15 08:00:00 UTC, 1.0 d per second');
  });

  test('without one: the time, once', () => {
    const stack = { ...okStack, pace: undefined };
    expect(picture({ start: undefined, stack })[0]).toBe(
      ' workspace-cleanup   2027-01-15 08:00:00 UTC  real time',
    );
  });

  test('counts by state in the order of a life, the invalid last', () => {
    const states = ['terminated', 'broken', 'archived', 'active', 'restoring', 'active'];
    const rows = new Map(states.map((lifecycle, index) => [`acme/u${index}`, { ...okSeed, lifecycle }]));
    expect(picture({ rows })[1]).toBe(
      '2 active  1 archived  1 restoring  1 terminated  1 invalid   3 row changes, 2 schedules made, 1 transitions',
    );
  });
});

test('without rows it says what it waits for, without blanks in front', () => {
  expect(picture({ rows: new Map() }, 80).slice(1, 4)).toEqual([
    'no workspaces   3 row changes, 2 schedules made, 1 transitions',
    '',
    'Waits for rows in WorkspaceStatus: POST /workspaces, or aws dynamodb put-item.',
  ]);
});

test('the sample fleet stands in the order of its script, others behind it by name', () => {
  const names = ['zeta/z', 'stark/tony', 'beta/b', 'acme/bo', 'acme/ada'];
  const rows = new Map(names.map((name) => [name, okSeed]));
  const shown = picture({ rows }).slice(4, 9);
  expect(shown.map((text) => text.split(' ')[0])).toEqual([
    'acme/ada',
    'acme/bo',
    'stark/tony',
    'beta/b',
    'zeta/z',
  ]);
});

describe('a small terminal', () => {
  const events = Array.from({ length: 30 }, (_, index) => `event ${index}`);
  const shownOf = (lines: string[]) => ({
    workspaces: lines.filter((text) => text.startsWith('acme/')).length,
    more: lines.find((text) => text.startsWith('… and')),
    events: lines.filter((text) => text.startsWith('event')),
  });

  test('of 24 lines shows fewer workspaces, says how many more, and keeps six lines of what happened', () => {
    const lines = picture({ rows: many(14), events }, 80, 24);
    expect(lines).toHaveLength(23);
    expect(shownOf(lines)).toEqual({
      workspaces: 8,
      more: '… and 6 more',
      events: ['event 24', 'event 25', 'event 26', 'event 27', 'event 28', 'event 29'],
    });
    expect(lines.at(-1)).toBe('AWS http://127.0.0.1:4566   HTTP API http://127.0.0.1:4567   Ctrl-C ends it');
  });

  test.each([
    [9, 9, undefined],
    [10, 8, '… and 2 more'],
  ])('of 24 lines has nine places: of %i workspaces it shows %i', (count, workspaces, more) => {
    expect(shownOf(picture({ rows: many(count), events }, 80, 24))).toMatchObject({ workspaces, more });
  });

  test('that is larger gives what is left to what happened', () => {
    expect(shownOf(picture({ rows: many(14), events }, 80, 42)).events).toHaveLength(19);
  });

  test.each([1, 2, 5, 10, 15])('of %i lines is not overrun', (rows) => {
    expect(picture({ rows: many(14), events }, 80, rows).length).toBeLessThan(Math.max(2, rows));
  });
});

test.each<[string, Scenery['control'], string]>([
  ['a pause', { ...okControl, pause: { at: NOW, by: 'ops', reason: 'a look' } }, 'PAUSED by ops: a look'],
  ['what is observed', { ...okControl, enforcement: 'observe' }, 'enforcement: observe'],
  [
    'a rollout',
    { ...okControl, rollout: { clients: ['acme'], percent: 5 } },
    'enforced for acme, 5 % of clients',
  ],
  ['a client of its own', { ...okControl, clients: { acme: 'off' } }, 'acme: off'],
  ['what is not understood', undefined, 'CleanupControl is not understood: nothing is taken from anybody'],
])('%s stands above the table', (_, control, expected) => {
  expect(picture({ control })[2]).toBe(expected);
});

test('the link of the console is whole on a terminal of 80 columns, below the endpoints', () => {
  const link = `http://127.0.0.1:65535/open?token=${'x'.repeat(22)}`;
  const lines = picture({ consoleLink: link }, 80);
  expect(lines.at(-1)).toBe(`Console ${link}`);
  expect(lines.at(-2)).toContain('AWS http://127.0.0.1:4566');
  expect(picture({}, 80).at(-1)).toContain('AWS http://127.0.0.1:4566');
});
