import { parseControl } from '../../../src/core/control.ts';
import type { Policy } from '../../../src/core/policy.ts';
import { ask } from '../../../src/operator/ask.ts';
import type { Ask } from '../../../src/operator/request-command.ts';
import { DAY, NOW, OK_KEY, OK_POLICY, OK_SAFETY } from '../../support/memory/ok-values.ts';
import type { Item } from '../../support/memory/table.ts';
import { MemoryWorld } from '../../support/memory-world.ts';
import { silentTerminal } from '../../support/silent-terminal.ts';

const policy: Policy = { ...OK_POLICY, notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY } };
const OK: Ask = { what: 'archive', key: OK_KEY, by: 'ops', reason: 'left', yes: undefined, json: false };

async function run(
  wish: Partial<Ask>,
  typed?: string,
  { row = {}, control = {} }: { row?: Item; control?: Item } = {},
) {
  const world = new MemoryWorld();
  world.addWorkspace({ lastActivity: NOW - 60, ...row });
  const terminal = silentTerminal(undefined, typed);
  const { workspaces, clock, observer } = world.invocation().ports;
  const context = async () => ({
    now: clock.now(),
    policy,
    control: parseControl(control),
    safety: { ...OK_SAFETY, enforcement: 'enforce' as const },
  });
  const problem = await ask({ ...OK, ...wish }, { workspaces, clock, observer, context }, terminal).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { problem, lines: terminal.lines, requested: world.rows.get(OK_KEY)?.requested };
}

test('whoever types the workspace once more has it archived', async () => {
  expect(await run({}, ' acme/ada ')).toEqual({
    problem: undefined,
    lines: [
      'acme/ada: pro, active, container active, idle 1 min',
      'it will be archived: its files stay, within about two minutes',
      'acme/ada: asked for; it is archived within about two minutes',
    ],
    requested: { action: 'archive', at: NOW, by: 'ops', reason: 'left' },
  });
});

test('who wants it terminated is told when, and that its files go', async () => {
  const { lines } = await run({ what: 'terminate' }, 'acme/ada');
  expect(lines[1]).toBe('it will be terminated: its files go, 2026-01-02T00:00:00Z, in 1 d');
  expect(lines[2]).toBe(
    'acme/ada: asked for; notice goes out within about two minutes; it is terminated 2026-01-02T00:00:00Z, in 1 d',
  );
});

test.each<[string, Partial<Ask>, string | undefined, string]>([
  ['another is typed', {}, 'acme/bob', 'what was typed is "acme/bob", expected acme/ada; nothing was done'],
  ['nothing is typed', {}, '', 'what was typed is "", expected acme/ada; nothing was done'],
  ['yes is typed', {}, 'yes', 'what was typed is "yes"'],
  ['nobody is there', {}, undefined, 'nobody is there to type acme/ada, expected --yes acme/ada'],
  ['a script names another', { yes: 'acme/bob' }, undefined, '--yes is "acme/bob", expected acme/ada'],
  ['no reason is given', { reason: undefined }, 'acme/ada', 'reason is missing'],
])('nothing is done where %s', async (_, wish, typed, problem) => {
  const done = await run(wish, typed);
  expect(done.problem).toContain(problem);
  expect(done.requested).toBeUndefined();
});

test('what cannot be asked for is refused before anybody types', async () => {
  const { problem, lines } = await run({}, 'acme/ada', { row: { hold: { reason: 'legal' } } });
  expect(problem).toBe('workspace acme/ada is held: legal; release it first');
  expect(lines).toEqual([]);
});

test('a script has one line of JSON, with what is in the way', async () => {
  const control = { pause: { at: NOW, by: 'ops', reason: 'a look' } };
  const { lines } = await run({ yes: 'acme/ada', json: true }, undefined, { control });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      workspace: 'acme/ada',
      state: 'held-back:paused',
      requested: { action: 'archive', at: NOW, by: 'ops', reason: 'left' },
      due: NOW,
      obstacles: [expect.stringContaining('the cleanup is paused, since')],
    },
  ]);
});

test('an archived workspace is given back', async () => {
  const archived = {
    row: { lifecycle: 'archived', requested: { action: 'archive', at: NOW - 9, by: 'x', reason: 'y' } },
  };
  const done = await run({ what: 'return' }, undefined, archived);
  expect(done).toMatchObject({ problem: undefined, requested: undefined });
  expect(done.lines).toEqual([
    'acme/ada: given back at 2026-01-01T00:00:00Z; its access is restored within about two minutes',
  ]);
  expect((await run({ what: 'return' })).problem).toBe('workspace acme/ada is open already');
});
