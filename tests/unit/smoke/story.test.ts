import { scheduleName } from '../../../src/aws/scheduler-timers.ts';
import type { SmokePorts } from '../../../src/smoke/ports.ts';
import { runStory } from '../../../src/smoke/story.ts';
import { DEADLINE_ARN, MemoryStage } from '../../support/memory-stage.ts';

const idle = { clientId: 'smoke-1', userId: 'idle' };
const used = { clientId: 'smoke-1', userId: 'used' };
const options = {
  clientId: 'smoke-1',
  startsContainers: true,
  scheduleName,
  deadlineFunctionArn: DEADLINE_ARN,
  patienceSeconds: 30,
};

let stage: MemoryStage;

beforeEach(() => {
  stage = new MemoryStage();
});

const run = (change: Partial<typeof options> = {}) => runStory({ ...options, ...change }, stage.ports);

/** Does something to the stage right after the schedule has fired. */
function afterFiring(action: () => unknown): void {
  const { come } = stage.ports.schedules;
  stage.ports.schedules.come = async (at, clientId) => {
    const fired = await come(at, clientId);
    await action();
    return fired;
  };
}

test('a stage that does what it should passes, and what was made is gone', async () => {
  await run();
  expect(stage.said.at(-2)).toMatch(/^smoke-1\/idle: archived; its task is STOPPED, fsap-\w+ is gone/);
  expect(stage.said.at(-1)).toBe('smoke-1/used: untouched');
  expect([...stage.world.rows.items(), ...stage.world.accountItems.items()]).toEqual([]);
});

test('where no containers are started, none is asked for', async () => {
  stage.world.tasks.canStart = false;
  await run({ startsContainers: false });
  expect(stage.said.at(-2)).toContain('archived; it had no task');
});

test('a wake-up that has come before anybody could look is as good', async () => {
  const { setLastActivity } = stage.ports.world;
  stage.ports.world.setLastActivity = async (key, at) => {
    await setLastActivity(key, at);
    await stage.ports.schedules.come(stage.world.clock.now() + 60, 'smoke-1');
  };
  await run();
  expect(stage.said).toContainEqual(expect.stringContaining('an earlier one came and went already'));
  expect(stage.said.filter((line) => line.startsWith('fired'))).toEqual([]);
});

describe('a stage fails', () => {
  const cases: [string, (stage: MemoryStage) => void, string | RegExp][] = [
    [
      'whose provision refuses',
      ({ ports }) => {
        ports.functions.call = async () => ({ statusCode: 409, body: '{"error":"no"}' });
      },
      'provision of smoke-1/idle answers {"statusCode":409,"body":"{\\"error\\":\\"no\\"}"}, expected status 201',
    ],
    [
      'whose provision gives what others have, and its token is not said',
      ({ ports }) => {
        ports.functions.call = async () => ({ statusCode: 200, body: '{"token":"a secret"}' });
      },
      /^provision of smoke-1\/idle answers status 200, expected status 201$/,
    ],
    [
      'whose provision starts no container',
      ({ ports }) => {
        ports.functions.call = async () => ({ statusCode: 201, body: '{"efsAccessPoint":"fsap-1"}' });
      },
      'provision of smoke-1/idle names no task',
    ],
    [
      'whose stream reaches nobody',
      (broken) => {
        broken.react = async () => {};
      },
      'a schedule for smoke-1/idle: not within 30 s, seen last: armedFor of the row is undefined',
    ],
    [
      'whose row names a schedule that is not there',
      ({ ports }) => {
        ports.schedules.find = async () => undefined;
      },
      /a schedule for smoke-1\/idle: not within 30 s, seen last: there is no schedule \d+-/,
    ],
    [
      'whose schedules call somebody else',
      ({ ports: { schedules } }) => {
        const { find } = schedules;
        schedules.find = async (name) => {
          const found = await find(name);
          return found && { ...found, targetArn: 'arn:aws:lambda:us-east-1:000000000000:function:other' };
        };
      },
      /targetArn of schedule \S+ is arn:\S+:function:other, expected arn:\S+deadlineReached/,
    ],
    [
      'whose schedules do not fire',
      ({ ports }) => {
        ports.schedules.come = async () => [];
      },
      /the archive of smoke-1\/idle: not within 90 s, seen last: lifecycle active/,
    ],
  ];
  test.each(cases)('%s', async (_, damage, message) => {
    damage(stage);
    await expect(run()).rejects.toThrow(message);
    expect([...stage.world.rows.items()]).toEqual([]);
  });

  test('whose task goes on', async () => {
    afterFiring(() => {
      stage.ports.world.taskStatus = async () => 'RUNNING';
    });
    await expect(run()).rejects.toThrow(/task\/\S+ is RUNNING, expected it STOPPED/);
  });

  test('whose access point stays', async () => {
    afterFiring(() => {
      stage.ports.world.hasAccessPoint = async () => true;
    });
    await expect(run()).rejects.toThrow(/fsap-\w+ is there, expected it gone/);
  });

  test('that says nothing of it in the history', async () => {
    stage.ports.world.history = async () => [{ what: 'archiving' }];
    await expect(run()).rejects.toThrow(
      'the history of smoke-1/idle is archiving, expected archiving,archived',
    );
  });

  test.each<[string, () => unknown, RegExp]>([
    [
      'another row',
      () => stage.world.change(used, { lifecycle: 'archived' }),
      /the row of smoke-1\/used is .*"archived"/,
    ],
    [
      "another's claim",
      () => stage.world.change(used, { claim: { owner: 'x' } }),
      /the row of smoke-1\/used is .*"owner"/,
    ],
    ["another's row altogether", () => stage.world.rows.delete(used), /the row of smoke-1\/used is .*"gone"/],
    [
      "another's access point",
      () => stage.world.accessPoints.drop(stage.world.accessPoints.of(used)[0] ?? ''),
      /fsap-\w+ is gone, expected it there/,
    ],
    [
      "another's task",
      () => stage.world.tasks.end(stage.world.tasks.running(used)[0] ?? ''),
      /task\/\S+ is STOPPED, expected it running/,
    ],
  ])('that touches %s', async (_, damage, message) => {
    afterFiring(damage);
    await expect(run()).rejects.toThrow(message);
  });

  test('where something went wrong that nobody waited for, although all came about', async () => {
    afterFiring(() => void stage.failures.push('function publishEvents has not taken 2 records'));
    await expect(run()).rejects.toThrow(
      'all came about, and yet something went wrong\nfunction publishEvents has not taken 2 records',
    );
  });
});

test('a failure has with it what went wrong unseen', async () => {
  stage.failures.push('function workspaceChanged has not taken 1 records');
  stage.react = async () => {};
  await expect(run()).rejects.toThrow(
    /armedFor of the row is undefined\nfunction workspaceChanged has not taken/,
  );
});

test('what AWS throws is passed on as it is, and what was made is taken away', async () => {
  const error = new Error('credentials have expired');
  stage.ports.world.setLastActivity = async () => {
    throw error;
  };
  await expect(run()).rejects.toBe(error);
  expect(stage.world.rows.get(idle)).toBeUndefined();
});

test('what cannot be taken away is said, and does not hide why it failed', async () => {
  stage.ports.schedules.come = async () => [];
  stage.ports.world.remove = async () => {
    throw new Error('access denied');
  };
  await expect(run()).rejects.toThrow('the archive of smoke-1/idle: not within');
  expect(stage.said.slice(-2)).toEqual([
    'smoke-1/idle is left behind: Error: access denied',
    'smoke-1/used is left behind: Error: access denied',
  ]);
  expect([...stage.world.accountItems.items()]).toEqual([]);
});

test('what a container reports meanwhile is no touch', async () => {
  afterFiring(() =>
    stage.world.change(used, { lastActivity: stage.world.clock.now() + 1, containerStatus: 'idle' }),
  );
  await expect(run()).resolves.toBeUndefined();
});

test('the token of a workspace is not said', async () => {
  const tokens: string[] = [];
  const { call } = stage.ports.functions;
  stage.ports.functions.call = async (...args: Parameters<SmokePorts['functions']['call']>) => {
    const answer = (await call(...args)) as { body: string };
    tokens.push((JSON.parse(answer.body) as { token: string }).token);
    return answer;
  };
  await run();
  expect(tokens).toHaveLength(2);
  for (const token of tokens) expect(stage.said.join('\n')).not.toContain(token);
});
