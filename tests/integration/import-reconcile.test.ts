import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunTaskCommand } from '@aws-sdk/client-ecs';
import {
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  DescribeAccessPointsCommand,
} from '@aws-sdk/client-efs';
import { useDataFolder } from '../support/data-folder.ts';
import {
  bill,
  post,
  putRow,
  rowOf,
  setAttribute,
  startTestStack,
  type TestStack,
} from '../support/local-stack.ts';
import { ctl } from '../support/workspacectl.ts';

jest.setTimeout(120_000);

const DAY = 86_400;
const folder = useDataFolder();
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack(folder());
});
afterEach(() => stack.stop());

const key = (userId: string) => ({ clientId: 'acme', userId });
const settled = () => stack.advanceTo(stack.clock.now() + 5);

test('status files become rows: bad lines are told, rows that exist stay, twice is as good as once', async () => {
  const now = Math.floor(stack.clock.now());
  const day = (days: number) => now - days * DAY;
  const bo = { clientId: 'acme', userId: 'bo', subscriptionStatus: 'active', subscriptionTier: 'pro' };
  await putRow(stack, { ...bo, containerStatus: 'active', lastActivity: day(1), lifecycle: 'archived' });
  const csv = [
    'clientId,userId,subscriptionStatus,subscriptionTier,lastActivity,containerStatus,retentionDays,efsAccessPoint,host',
    `acme,ada,active,free,${day(3)},idle,14,fsap-0123456789abcdef0,a1`,
    `acme,bo,active,pro,${day(9)},active,,,a2`,
    `acme,cy,active,gold,${day(1)},active,,,a3`,
    `acme,di,active,free,${day(1)}000,active,,,`,
    `"acme","eli",suspended,pro,${day(1)},terminated,,,`,
    `acme,ada,active,free,${day(1)},active,,,`,
    'acme,flo,active,free',
    `acme,gus,active,free,${day(1)},idle,,fsap-0123456789abcdef0,`,
    `ac/me,hal,active,free,${day(1)},idle,,,`,
  ];
  const file = join(folder(), 'old.csv');
  writeFileSync(file, `\uFEFF${csv.join('\r\n')}\r\n`);

  const strict = await ctl(stack, folder(), 'import', file, '--strict', '--json');
  expect(strict).toMatchObject({ code: 1, error: expect.stringContaining('nothing was written: --strict') });
  expect(await rowOf(stack, { clientId: 'acme', userId: 'ada' })).toBeUndefined();

  const report = join(folder(), 'report.jsonl');
  const { code, out } = await ctl(stack, folder(), 'import', file, '--json', '--report', report);
  expect({ code, tally: JSON.parse(out) }).toEqual({
    code: 1,
    tally: {
      lines: 9,
      valid: 3,
      rejected: 6,
      added: 2,
      same: 0,
      different: 1,
      leftOut: { host: 2 },
      finished: true,
    },
  });
  const told = readFileSync(report, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told).toEqual([
    { line: 4, kind: 'rejected', problems: ['subscriptionTier is "gold", expected free, pro or enterprise'] },
    {
      line: 5,
      kind: 'rejected',
      problems: [expect.stringMatching(/^lastActivity is \d{13}, expected whole epoch seconds/)],
    },
    { line: 7, kind: 'rejected', problems: ['workspace acme/ada is on line 2 already'] },
    { line: 8, kind: 'rejected', problems: ['the line has 4 fields, expected 9 as the header'] },
    { line: 9, kind: 'rejected', problems: [expect.stringContaining('is that of line 2 already')] },
    {
      line: 10,
      kind: 'rejected',
      problems: [expect.stringMatching(/^clientId is "ac\/me", expected an id/)],
    },
    {
      line: 3,
      kind: 'different',
      workspace: 'acme/bo',
      differences: [`lastActivity is ${day(1)} in the table, ${day(9)} in the file`],
    },
  ]);
  await settled();
  expect(await rowOf(stack, { clientId: 'acme', userId: 'ada' })).toEqual({
    clientId: 'acme',
    userId: 'ada',
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    lastActivity: day(3),
    containerStatus: 'idle',
    retentionDays: 14,
    efsAccessPoint: 'fsap-0123456789abcdef0',
    // The reactor has seen it.
    armedFor: day(3) + 13 * DAY + 1,
    armedDay: expect.any(String),
  });
  expect(await rowOf(stack, key('bo'))).toMatchObject({ lastActivity: day(1), lifecycle: 'archived' });

  const again = await ctl(stack, folder(), 'import', file, '--json');
  expect(JSON.parse(again.out)).toMatchObject({ added: 0, same: 2, different: 1 });
  const missing = await ctl(stack, folder(), 'import', 'none.jsonl');
  expect(missing).toMatchObject({ code: 2, error: expect.stringContaining('none.jsonl cannot be read') });
});

async function accessPointTo(path: string, uid = 4_242): Promise<string> {
  const { AccessPointId } = await stack.clients.efs.send(
    new CreateAccessPointCommand({
      FileSystemId: stack.configuration.fileSystemId,
      ClientToken: path,
      PosixUser: { Uid: uid, Gid: 1_000 },
      RootDirectory: { Path: path },
    }),
  );
  return AccessPointId ?? '';
}

async function paths(): Promise<string[]> {
  const { AccessPoints = [] } = await stack.clients.efs.send(new DescribeAccessPointsCommand({}));
  return AccessPoints.map(({ RootDirectory }) => RootDirectory?.Path ?? '').sort();
}

/** Workspaces of which each has something that does not agree, and one, ok, that has nothing. */
async function disagreeingFleet(): Promise<Record<string, string>> {
  await bill(stack, 'acme', 'active', 'free');
  for (const userId of ['ok', 'lost', 'second', 'foreign']) await post(stack, '/workspaces', key(userId));
  const point = async (userId: string) => String((await rowOf(stack, key(userId)))?.efsAccessPoint);
  const now = Math.floor(stack.clock.now());
  const closed = {
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    containerStatus: 'terminated',
    lastActivity: now - 40 * DAY,
  };
  await putRow(stack, { ...key('open'), ...closed, lifecycle: 'archived' });
  await putRow(stack, { ...key('held'), ...closed, lifecycle: 'archived', hold: { reason: 'legal' } });
  await putRow(stack, { ...key('running'), ...closed, lifecycle: 'archived' });
  await putRow(stack, { ...key('gone'), ...closed, lifecycle: 'terminated', posixUid: 77 });
  await putRow(stack, { ...key('uid-a'), ...closed, lastActivity: now, posixUid: 55_555 });
  await putRow(stack, { ...key('uid-b'), ...closed, lastActivity: now, posixUid: 55_555 });
  await putRow(stack, { ...key('bad'), ...closed, lastActivity: 'yesterday' });
  await stack.clients.efs.send(new DeleteAccessPointCommand({ AccessPointId: await point('lost') }));
  await setAttribute(stack, key('foreign'), 'efsAccessPoint', await point('ok'));
  mkdirSync(join(stack.filesRoot, 'acme', 'open'), { recursive: true });
  mkdirSync(join(stack.filesRoot, 'acme', 'gone'), { recursive: true });
  const { tasks = [] } = await stack.clients.ecs.send(
    new RunTaskCommand({
      cluster: stack.configuration.cluster,
      taskDefinition: 'workspace-base',
      startedBy: 'acme/running',
      launchType: 'FARGATE',
      networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-00000000000000000'] } },
    }),
  );
  await settled();
  return {
    lost: await point('lost'),
    foreign: await point('foreign'),
    open: await accessPointTo('/workspace/acme/open'),
    held: await accessPointTo('/workspace/acme/held'),
    gone: await accessPointTo('/workspace/acme/gone'),
    second: await accessPointTo('/workspace/acme/second'),
    nobody: await accessPointTo('/workspace/nobody/nowhere'),
    task: tasks[0]?.taskArn ?? '',
  };
}

/** What was told, as `kind workspace outcome`; and the counts. */
async function reconcile(...flags: string[]) {
  const { code, out, error } = await ctl(stack, folder(), 'reconcile', '--json', ...flags);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const summary = lines.pop();
  const told = lines.map(({ kind, workspace, outcome }) => `${kind} ${workspace} ${outcome}`).sort();
  return { code, told, summary, error };
}

test('what does not agree is found, mended under claims, and nothing is touched that is not proved', async () => {
  const points = await disagreeingFleet();
  const before = await paths();
  const looked = await reconcile('--homes', stack.filesRoot);
  expect(looked).toMatchObject({ code: 1, error: '' });
  expect(looked.told).toEqual([
    'access-point-foreign acme/foreign left',
    'access-point-gone acme/lost left',
    // Whichever of the two was read later.
    expect.stringMatching(/^access-point-shared acme.(foreign|ok) left$/),
    'archived-with-access acme/held left',
    'archived-with-access acme/open left',
    'archived-with-task acme/running left',
    'invalid-row acme/bad left',
    'second-access-point acme/foreign left',
    'second-access-point acme/second left',
    'shared-uid acme/uid-a left',
    'shared-uid acme/uid-b left',
    'stray-access-point nobody/nowhere left',
    'terminated-with-access acme/gone left',
    'terminated-with-files acme/gone left',
  ]);
  expect(await paths()).toEqual(before);

  const mended = await reconcile('--fix');
  expect(mended.told).toEqual(
    expect.arrayContaining([
      'access-point-gone acme/lost mended',
      'archived-with-access acme/held it is held, and a hold keeps it from everything',
      'archived-with-access acme/open mended',
      'archived-with-task acme/running mended',
      'terminated-with-access acme/gone mended',
      'stray-access-point nobody/nowhere left',
      'second-access-point acme/second left',
    ]),
  );
  await settled();
  const lost = (await rowOf(stack, key('lost'))) ?? {};
  expect(lost).toMatchObject({ lifecycle: 'active', efsAccessPoint: expect.stringMatching(/^fsap-/) });
  expect(lost.efsAccessPoint).not.toBe(points.lost);
  expect(lost).not.toHaveProperty('claim');
  expect(await rowOf(stack, key('open'))).toMatchObject({ lifecycle: 'archived' });
  expect(await paths()).toEqual(
    [...before, '/workspace/acme/lost']
      .filter((path) => path !== '/workspace/acme/open' && path !== '/workspace/acme/gone')
      .sort(),
  );
  // No files go, whatever the row says.
  for (const home of ['open', 'gone']) expect(existsSync(join(stack.filesRoot, 'acme', home))).toBe(true);
  expect((await reconcile('--fix')).told.filter((line) => line.endsWith('mended'))).toEqual([]);
});
