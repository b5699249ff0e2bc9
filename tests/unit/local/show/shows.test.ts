import { stripVTControlCharacters } from 'node:util';
import { jsonShow } from '../../../../src/local/show/json-show.ts';
import { linesShow } from '../../../../src/local/show/lines-show.ts';
import { liveShow } from '../../../../src/local/show/live-show.ts';
import type { Show } from '../../../../src/local/show/show.ts';
import type { Stack } from '../../../../src/local/stack.ts';
import { idleFor, NOW, okPolicy, okSeed } from '../../../support/rows.ts';

const START = idleFor(7);
const stack = {
  clock: { now: () => NOW },
  ecs: { tasks: () => [] },
  configuration: { policy: okPolicy, workspaceStatusTable: 'WorkspaceStatus' },
  pace: undefined,
  url: 'http://127.0.0.1:4566',
  httpUrl: 'http://127.0.0.1:4567',
} as unknown as Stack;
const transition = {
  workspace: 'acme/ada',
  becomes: 'archived',
  rule: 'retention-free',
  since: NOW,
  at: NOW,
} as const;
const archived = { workspace: 'acme/ada', before: okSeed, after: { ...okSeed, lifecycle: 'archived' } };
const judgement = { workspace: 'acme/ada', shows: 'free', becomes: 'archived', due: NOW } as const;

/** Everything that can be shown, once. */
function showAll(show: Show): void {
  show.log('warn', 'the engine is slow to start', {});
  show.begin(stack, START, new Map([['acme/ada', okSeed]]));
  show.scene({ at: 0, kind: 'activity', workspace: 'acme/ada' });
  show.scene({ at: 0, kind: 'provision', workspace: 'acme/ada' });
  show.change(archived, transition);
  show.change({ workspace: 'acme/ada', before: okSeed, after: undefined }, undefined);
  show.log('info', 'subscription recorded', { clientId: 'acme', at: 1, event: 'theirs', tier: undefined });
  show.log('error', 'it failed', {
    clientId: 'acme',
    error: new TypeError('no\n"such" thing'),
    deep: [{ error: new Error('x') }],
  });
  show.count('Armed', 2);
  show.outcome({
    judgements: [
      { ...judgement, done: transition, problem: undefined },
      { ...judgement, done: undefined, problem: 'has not happened' },
    ],
    problems: [],
  });
  show.end();
  show.end();
}

test('JSON lines: each is an object with its event, and the time of the fleet once there is one', () => {
  const lines: string[] = [];
  showAll(jsonShow((line) => lines.push(line)));
  const events = lines.map((line) => JSON.parse(line));
  expect(events.map(({ event }) => event)).toEqual([
    'log',
    'started',
    'scene',
    'scene',
    'row',
    'transition',
    'row',
    'log',
    'log',
    'judgement',
    'judgement',
    'outcome',
    'stopped',
  ]);
  expect(events[0].at).toBeNull();
  expect(lines.every((line) => !line.includes('\n'))).toBe(true);
  expect(events[1]).toEqual({
    event: 'started',
    at: NOW,
    awsEndpoint: stack.url,
    httpApi: stack.httpUrl,
    fleetStart: START,
  });
  expect(events[6]).toEqual({ event: 'row', at: NOW, workspace: 'acme/ada', row: null });
  expect(events[7]).toEqual({
    event: 'log',
    at: NOW,
    level: 'info',
    message: 'subscription recorded',
    fields: { clientId: 'acme', at: 1, event: 'theirs' },
  });
  expect(events[8].fields).toEqual({
    clientId: 'acme',
    error: 'TypeError: no\n"such" thing',
    deep: [{ error: 'Error: x' }],
  });
  expect(events[9]).toMatchObject({ at: NOW, latenessSeconds: 0, problem: null });
  expect(events[10]).toMatchObject({ at: null, latenessSeconds: null, problem: 'has not happened' });
  expect(events[11]).toMatchObject({ ok: false, problems: ['acme/ada archived: has not happened'] });
});

test('JSON lines: what has not started does not stop', () => {
  const print = jest.fn();
  jsonShow(print).end();
  expect(print).not.toHaveBeenCalled();
});

test('lines: what happened, with its day, and the summary', () => {
  const lines: string[] = [];
  showAll(linesShow((line) => lines.push(stripVTControlCharacters(line))));
  expect(lines.slice(0, 5)).toEqual([
    '              the engine is slow to start',
    'AWS endpoint http://127.0.0.1:4566   HTTP API http://127.0.0.1:4567',
    'day  7.00  acme/ada is used',
    'day  7.00  acme/ada      archived   retention-free, 0 s after its deadline',
    expect.stringMatching(/^day {2}7\.00 {2}acme {10}it failed: no/),
  ]);
  expect(lines[5]).toContain('1 of the expectations failed');
  expect(lines).toHaveLength(6);
});

test('lines without a sample fleet have the time', () => {
  const lines: string[] = [];
  const show = linesShow((line) => lines.push(stripVTControlCharacters(line)));
  show.begin(stack, undefined, new Map());
  show.change(archived, transition);
  expect(lines[1]).toMatch(/^2027-01-15 08:00:00 {2}acme\/ada/);
});

describe('the live picture', () => {
  const ENTER = '\u001b[?1049h\u001b[?25l';
  const LEAVE = '\u001b[?25h\u001b[?1049l';
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('is drawn on a screen of its own, ten times a second', () => {
    const write = jest.fn();
    const show = liveShow({ write, size: () => ({ columns: 120, rows: 40 }) });
    show.begin(stack, START, new Map([['acme/ada', okSeed]]));
    expect(write.mock.calls[0]).toEqual([ENTER]);
    expect(write).toHaveBeenCalledTimes(2);
    show.change(archived, transition);
    show.count('Armed', 2);
    jest.advanceTimersByTime(100);
    const picture = stripVTControlCharacters(write.mock.calls[2][0]);
    expect(picture).toContain('1 archived   1 row changes, 2 schedules made, 1 transitions');
    expect(picture).toContain('acme/ada      archived   retention-free');
    show.end();
  });

  test('ends once, gives the screen back, and leaves the last picture there', () => {
    const write = jest.fn();
    showAll(liveShow({ write, size: () => ({ columns: 120, rows: 40 }) }));
    const left = write.mock.calls.filter(([text]) => String(text).startsWith(LEAVE));
    expect(left).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  test('that was never begun leaves the terminal alone', () => {
    const write = jest.fn();
    liveShow({ write, size: () => ({ columns: 120, rows: 40 }) }).end();
    expect(write).not.toHaveBeenCalled();
  });
});

test('where the console is, is told, and told anew after it was used', () => {
  const lines: string[] = [];
  const show = linesShow((line) => lines.push(line));
  show.console('http://127.0.0.1:1/open?token=a');
  show.console('http://127.0.0.1:1/open?token=b');
  expect(lines).toEqual([
    'Console http://127.0.0.1:1/open?token=a',
    'Console http://127.0.0.1:1/open?token=b',
  ]);
  const events: string[] = [];
  jsonShow((line) => events.push(line)).console('http://127.0.0.1:1/open?token=a');
  expect(events.map((line) => JSON.parse(line))).toEqual([
    { event: 'console', at: null, link: 'http://127.0.0.1:1/open?token=a' },
  ]);
});
