import { useDataFolder } from '../support/data-folder.ts';
import { bill, post, rowOf, startTestStack, type TestStack } from '../support/local-stack.ts';
import { ctl as ctlIn } from '../support/workspacectl.ts';

jest.setTimeout(120_000);

const DAY = 86_400;
const ada = { clientId: 'acme', userId: 'ada' };
const folder = useDataFolder();
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack(folder());
  await bill(stack, 'acme', 'active', 'free');
  await post(stack, '/workspaces', ada);
  // The fleet's time is not that of this machine.
  await stack.advanceTo(stack.clock.now() + 3 * DAY);
});
afterEach(() => stack.stop());

const ctl = (...words: string[]) => ctlIn(stack, folder(), ...words);

const inUtc = (at: number) => `${new Date(at * 1_000).toISOString().slice(0, 19)}Z`;

test('a workspace is held, extended and released, and its history says so', async () => {
  const now = Math.floor(stack.clock.now());
  const held = await ctl('hold', 'acme/ada', '--reason', 'legal', '--until', '+20d', '--by', 'ops');
  expect(held).toMatchObject({ code: 0, error: '' });
  expect(held.out).toMatch(/^acme\/ada: held until 20\d\d-.*; held, looked at again 20\d\d-/);
  const { hold } = (await rowOf(stack, ada)) as { hold: { until: number; by: string } };
  expect(hold).toMatchObject({ reason: 'legal', by: 'ops' });
  expect(Math.abs(hold.until - (now + 20 * DAY))).toBeLessThan(120);

  const extended = await ctl(
    'extend',
    'acme/ada',
    '--reason',
    'away',
    '--until',
    inUtc(now + 40 * DAY),
    '--json',
  );
  expect(JSON.parse(extended.out)).toMatchObject({
    workspace: 'acme/ada',
    state: 'held',
    extension: { until: now + 40 * DAY },
  });
  expect(await ctl('release', 'acme/ada')).toMatchObject({ code: 0 });
  expect(await rowOf(stack, ada)).not.toHaveProperty('hold');

  const { out } = await ctl('history', 'acme/ada', '--limit', '2');
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^20.*Z {2}released {8}by /),
    expect.stringMatching(/^20.*Z {2}extended {8}by .*, until 20.*Z, away$/),
    expect.stringMatching(/^more: --before '20.*#00000002'$/),
    '',
  ]);
  const json = await ctl('history', 'acme/ada', '--json');
  expect(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).what),
  ).toEqual(['released', 'extended', 'held']);
});

/** The first wake-up of all notes what the functions were given. */
const wakeSomebody = () => stack.advanceTo(stack.clock.now() + 3.5 * DAY);

test('what may be done is changed, shown, and changed back', async () => {
  await wakeSomebody();
  const paused = await ctl('pause', '--reason', 'a look', '--by', 'ops');
  expect(paused.out).toMatch(/^PAUSED since 20.*Z by ops: a look\n/);
  expect((await ctl('unpause')).out).toMatch(/^not paused\n/);
  await ctl('enforcement', 'observe', '--client', 'acme');
  await ctl('rollout', '--percent', '5');
  const { out } = await ctl('budget', '--terminations', '7', '--json');
  expect(JSON.parse(out)).toEqual({
    enforcement: 'enforce',
    clients: { acme: 'observe' },
    rollout: { clients: [], percent: 5 },
    pause: null,
    budgets: {
      archive: { perHour: 500, perClient: 125, used: 0 },
      terminate: { perHour: 7, perClient: 2, used: 0 },
    },
    waiting: 0,
  });
  await stack.advanceTo(stack.clock.now() + 10 * DAY);
  expect((await rowOf(stack, ada))?.heldBack).toMatchObject({ reason: 'observe' });
  expect((await ctl('status')).out).toMatch(/waiting {7}1 for a pause/);
  await ctl('rollout', '--everybody');
  expect(await ctl('enforcement', 'default', '--client', 'acme')).toMatchObject({ code: 0 });
  await stack.advanceTo(stack.clock.now() + 120);
  expect(await rowOf(stack, ada)).toMatchObject({ lifecycle: 'archived' });
  expect((await ctl('history', '--system')).out).toMatch(/control-changed by .*"kind":"enforcement"/);
});

test('what cannot be is refused with the value and the range, and what was set stays', async () => {
  await ctl('rollout', '--percent', '5', '--clients', 'acme');
  const before = (await ctl('status', '--json')).out;
  const row = await rowOf(stack, ada);
  const refused: [string[], string][] = [
    [
      ['hold', 'acme/ada', '--reason', 'x', '--until', '2026-01-01T00:00:00Z'],
      'until is 2026-01-01T00:00:00Z, expected a time from',
    ],
    [['extend', 'acme/ada', '--reason', 'x', '--until', '+4000d'], 'ten years from now'],
    [['extend', 'acme/ada', '--reason', 'x', '--until', '+1d'], 'the next deadline of workspace acme/ada'],
    [['rollout', '--percent', '140'], 'rollout.percent is 140, expected whole percent from 0 to 100'],
    [['rollout', '--clients', 'nobody'], 'client "nobody" is not known'],
    [
      ['budget', '--archives', '-1'],
      'budgets.archive is -1, expected whole actions per hour from 0 to 9999999',
    ],
    [['enforcement', 'on'], 'enforcement is "on", expected off, observe or enforce'],
    [['hold', 'acme/nobody', '--reason', 'x'], 'there is no workspace acme/nobody'],
    [['release', 'acme/ada'], 'neither held nor extended'],
    [['unpause'], 'the cleanup is not paused'],
  ];
  for (const [words, message] of refused) {
    const { code, error } = await ctl(...words);
    expect({ words, code, error }).toEqual({ words, code: 1, error: expect.stringContaining(message) });
  }
  const misunderstood: [string[], string][] = [
    [['hold', 'acme/../ada', '--reason', 'x'], 'the workspace is "acme/../ada", expected <client>/<user>'],
    [['hold', 'acme/ada'], "required option '--reason <text>' not specified"],
    [['budget'], 'a budget of what?'],
    [['rollout'], 'rollout to whom?'],
    [['history'], 'history of what?'],
    [['history', 'acme/ada', '--limit', '0'], '--limit is 0, expected a whole number from 1 to 1000'],
  ];
  for (const [words, message] of misunderstood) {
    const { code, error } = await ctl(...words);
    expect({ words, code, error }).toEqual({ words, code: 2, error: expect.stringContaining(message) });
  }
  expect((await ctl('status', '--json')).out).toBe(before);
  expect(await rowOf(stack, ada)).toEqual(row);
});
