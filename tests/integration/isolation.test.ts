import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { DescribeTasksCommand, RunTaskCommand, waitUntilTasksStopped } from '@aws-sdk/client-ecs';
import { DescribeAccessPointsCommand } from '@aws-sdk/client-efs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { familyOf } from '../../src/aws/ecs-revision.ts';
import { type WorkspaceKey, workspacePath } from '../../src/core/workspace-key.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { listTree } from '../support/file-trees.ts';
import { bill, post, rowOf, setAttribute, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(180_000);

/**
 * Tries to get from one tenant's workspace to another's, on the whole local stack: real handlers, real adapters, real
 * processes and folders. Each attempt has to fail with a clear error, and the victim's files stay byte-identical.
 */

const DAY = 86_400;
const attacker = { clientId: 'acme', userId: 'ada' };
const victim = { clientId: 'globex', userId: 'bob' };
let stack: TestStack;
let secrets: string[];
// Before the folder is removed: hooks run in the order in which they stand.
afterEach(async () => {
  try {
    expect(listTree(home(victim))).toEqual(secrets);
  } finally {
    await stack.stop();
  }
});
const folder = useDataFolder();

const home = ({ clientId, userId }: WorkspaceKey) => join(stack.filesRoot, clientId, userId);

async function provision(key: WorkspaceKey): Promise<{ efsAccessPoint: string; task: string }> {
  const { status, body } = await post(stack, '/workspaces', { ...key, start: true });
  expect({ status, body }).toMatchObject({ status: 201 });
  await stack.inFlight.settled();
  return body as { efsAccessPoint: string; task: string };
}

beforeEach(async () => {
  stack = await startTestStack(folder());
  for (const { clientId } of [attacker, victim]) await bill(stack, clientId, 'active');
  await provision(victim);
  mkdirSync(join(home(victim), 'secrets'));
  writeFileSync(join(home(victim), 'secrets/key.pem'), 'the key of bob');
  secrets = listTree(home(victim));
  expect(secrets.join()).toContain('/secrets/key.pem');
});

/** Every byte of a home, but for the log to which its container adds a line at each start. */
const filesOf = (key: WorkspaceKey) =>
  listTree(home(key)).filter((line) => !line.includes(' /container.log '));

async function statusOf(task: string): Promise<string | undefined> {
  const { cluster } = stack.configuration;
  const { tasks } = await stack.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: [task] }));
  return tasks?.[0]?.lastStatus;
}

async function accessPointsOf(key: WorkspaceKey): Promise<(string | undefined)[]> {
  const { AccessPoints = [] } = await stack.clients.efs.send(new DescribeAccessPointsCommand({}));
  return AccessPoints.filter(({ RootDirectory }) => RootDirectory?.Path === workspacePath(key)).map(
    ({ AccessPointId }) => AccessPointId,
  );
}

/** A path as it is, where `fetch` would resolve its dots. */
function postRaw(path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(stack.httpUrl);
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject).end('{}');
  });
}

/** Lets the client's cancellation, and eight days, pass. */
async function terminate(key: WorkspaceKey): Promise<void> {
  await bill(stack, key.clientId, 'cancelled');
  await stack.advanceTo(stack.clock.now() + 8 * DAY);
  expect(await rowOf(stack, key)).toMatchObject({ lifecycle: 'terminated' });
}

/** The victim is in use all the while. */
async function keepVictimInUse(): Promise<void> {
  await setAttribute(stack, victim, 'lastActivity', Math.floor(stack.clock.now() + 8 * DAY));
}

describe('a crafted id', () => {
  const CRAFTED: [string, string][] = [
    ['the folder above', '..'],
    ['the folder itself', '.'],
    ["the victim's folder", '../globex/bob'],
    ['an encoded climb', '%2e%2e'],
    ['an encoded slash', '..%2fglobex%2fbob'],
    ['a doubly encoded slash', '..%252fglobex'],
    ['a backslash', '..\\globex'],
    ['full-width dots', '．．'],
    ['a fraction slash', 'acme⁄ada'],
    ['a Cyrillic a', 'аda'],
    ['full-width letters', 'ａｄａ'],
    ['a combining accent', 'ada\u0301'],
    ['a NUL', 'ada\u0000'],
    ['a newline', 'ada\n'],
    ['a space at the end', 'ada '],
    ['a dot at the end', 'ada.'],
    ['a dot at the beginning', '.purging'],
    ['two dots within', 'a..da'],
    ['a hyphen at the beginning', '-rf'],
    ['nothing', ''],
    ['88 characters', 'a'.repeat(88)],
    ['a wildcard', '*'],
    ['a variable', '$PATH'],
  ];

  test.each(CRAFTED)('%s: %j', async (_, id) => {
    for (const key of [
      { ...attacker, userId: id },
      { ...attacker, clientId: id },
    ]) {
      const answers = [
        await post(stack, '/workspaces', { ...key, start: true }),
        await post(stack, '/workspaces/activity', key),
      ];
      for (const { status, body } of answers) {
        expect(status).toBe(400);
        expect(body.error).toMatch(/expected an id of at most 87 letters/);
      }
      const path = `/workspaces/${encodeURIComponent(key.clientId)}/${encodeURIComponent(key.userId)}/resume`;
      expect([400, 404]).toContain(await postRaw(path));
    }
    expect(readdirSync(stack.filesRoot)).toEqual(['globex']);
    expect(readdirSync(join(stack.filesRoot, 'globex'))).toEqual(['bob']);
  });

  test.each(['/workspaces/acme/../globex/bob/resume', '/workspaces/acme%2f../globex/bob/resume'])(
    'in the path as it is: %s',
    async (path) => {
      expect([400, 404]).toContain(await postRaw(path));
    },
  );

  test('ids whose path has 100 characters, and 101', async () => {
    const long = (length: number) => ({
      clientId: 'acme',
      userId: 'u'.repeat(length - '/workspace/acme/'.length),
    });
    expect((await post(stack, '/workspaces', long(101))).body.error).toMatch(
      /expected at most 100 characters/,
    );
    const { efsAccessPoint } = await provision(long(100));
    expect(await accessPointsOf(long(100))).toEqual([efsAccessPoint]);
  });

  test('of another case is another workspace', async () => {
    await bill(stack, 'GLOBEX', 'active');
    const { efsAccessPoint } = await provision({ clientId: 'GLOBEX', userId: 'bob' });
    expect(await accessPointsOf(victim)).not.toContain(efsAccessPoint);
  });
});

test('pairs that read the same without their border stay apart', async () => {
  const pairs = [
    { clientId: 'a-b', userId: 'c' },
    { clientId: 'a', userId: 'b-c' },
  ];
  for (const { clientId } of pairs) await bill(stack, clientId, 'active');
  const tasks: string[] = [];
  for (const pair of pairs) tasks.push((await provision(pair)).task);
  const rows = await Promise.all(pairs.map((pair) => rowOf(stack, pair)));
  for (const nameOf of [workspacePath, familyOf, (key: WorkspaceKey) => home(key)])
    expect(new Set(pairs.map(nameOf)).size).toBe(2);
  for (const name of ['efsAccessPoint', 'posixUid', 'taskArn'])
    expect(new Set(rows.map((row) => row?.[name])).size).toBe(2);

  await bill(stack, 'a-b', 'cancelled');
  await setAttribute(
    stack,
    { clientId: 'a', userId: 'b-c' },
    'lastActivity',
    Math.floor(stack.clock.now() + 8 * DAY),
  );
  await keepVictimInUse();
  await stack.advanceTo(stack.clock.now() + 8 * DAY);
  expect(await Promise.all(tasks.map((task) => statusOf(task)))).toEqual([undefined, 'RUNNING']);
  expect(pairs.map((pair) => existsSync(home(pair)))).toEqual([false, true]);
});

describe("the attacker's row names what is the victim's", () => {
  test('its access point: neither provision nor resume starts a task with it', async () => {
    const [theirs] = await accessPointsOf(victim);
    await provision(attacker);
    await setAttribute(stack, attacker, 'efsAccessPoint', theirs);
    for (const path of ['/workspaces', '/workspaces/acme/ada/resume']) {
      const body = path === '/workspaces' ? { ...attacker, start: true } : { start: true };
      const answer = await post(stack, path, body);
      expect(answer).toMatchObject({
        status: 409,
        body: { error: expect.stringMatching(/leads to another place/) },
      });
    }
  });

  test('its access point and its task: both outlive the cleaning of the attacker', async () => {
    const [theirs] = await accessPointsOf(victim);
    const { taskArn } = (await rowOf(stack, victim)) ?? {};
    await provision(attacker);
    await setAttribute(stack, attacker, 'efsAccessPoint', theirs);
    await setAttribute(stack, attacker, 'taskArn', taskArn);
    await keepVictimInUse();
    await terminate(attacker);
    expect(await statusOf(String(taskArn))).toBe('RUNNING');
    expect(await accessPointsOf(victim)).toEqual([theirs]);
    expect(await accessPointsOf(attacker)).toEqual([]);
    expect(existsSync(home(attacker))).toBe(false);
  });
});

test('links in a home that is deleted lead nowhere', async () => {
  await provision(attacker);
  for (const [name, target] of Object.entries({
    absolute: home(victim),
    relative: '../../globex/bob/secrets',
    file: join(home(victim), 'secrets/key.pem'),
    above: '../..',
    root: '/',
  }))
    symlinkSync(target, join(home(attacker), name));
  await keepVictimInUse();
  await terminate(attacker);
  expect(existsSync(home(attacker))).toBe(false);
  expect(existsSync(stack.filesRoot)).toBe(true);
});

describe('a forged path for the function that deletes files', () => {
  test.each([
    '/workspace/globex/bob/',
    '/workspace/globex/bob/secrets',
    '/workspace/globex',
    '/workspace',
    '/',
    '',
    'globex/bob',
    '/workspace/acme/../globex/bob',
    '/workspace/acme/..',
    '/workspace//globex/bob',
    '/workspace/globex%2fbob/x',
    '/workspace/globex/bob.',
    '/workspace/globex/bob\u0000',
    '/workspace/globex/bob\n',
    '/workspace/globex/*',
    '/workspace/.purging/globex',
    '/WORKSPACE/globex/bob',
    '/workspace/globex／bob/x',
  ])('%j', async (path) => {
    const FunctionName = stack.configuration.purgeFunctionName;
    const invoked = await stack.clients.lambda.send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify({ path }) }),
    );
    const said = JSON.parse(Buffer.from(invoked.Payload ?? []).toString()) as Record<string, string>;
    expect(invoked.FunctionError).toBe('Unhandled');
    expect(said).toMatchObject({
      errorType: 'BadInputError',
      errorMessage: expect.stringContaining('expected'),
    });
  });
});

test('an archived home is reached by nobody, and is byte-identical when its user is back', async () => {
  const { task } = await provision(attacker);
  writeFileSync(join(home(attacker), 'project/notes.txt'), 'what I was doing');
  symlinkSync('project/notes.txt', join(home(attacker), 'latest'));
  const { cluster, subnets } = stack.configuration;
  const { tasks: [before] = [] } = await stack.clients.ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [task] }),
  );
  const files = filesOf(attacker);

  await keepVictimInUse();
  await stack.advanceTo(stack.clock.now() + 31 * DAY);
  expect(await rowOf(stack, attacker)).toMatchObject({ lifecycle: 'archived' });
  expect(await accessPointsOf(attacker)).toEqual([]);

  // Whoever kept the task definition of the time before still has no way in.
  const { tasks: [late] = [] } = await stack.clients.ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition: before?.taskDefinitionArn,
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets } },
    }),
  );
  await waitUntilTasksStopped(
    { client: stack.clients.ecs, maxWaitTime: 20, minDelay: 1, maxDelay: 1 },
    { cluster, tasks: [String(late?.taskArn)] },
  );
  const { tasks: [failed] = [] } = await stack.clients.ecs.send(
    new DescribeTasksCommand({ cluster, tasks: [String(late?.taskArn)] }),
  );
  expect(failed).toMatchObject({
    stopCode: 'TaskFailedToStart',
    stoppedReason: expect.stringMatching(/Failed to resolve access point/),
  });

  const answer = await post(stack, '/workspaces/acme/ada/resume', { start: true });
  expect(answer).toMatchObject({ status: 200, body: { resumed: true, task: expect.any(String) } });
  await stack.inFlight.settled();
  expect(filesOf(attacker)).toEqual(files);
  expect(await accessPointsOf(attacker)).toEqual([answer.body.efsAccessPoint]);
  expect(await rowOf(stack, attacker)).toMatchObject({
    lifecycle: 'active',
    efsAccessPoint: answer.body.efsAccessPoint,
    taskArn: answer.body.task,
  });
});
