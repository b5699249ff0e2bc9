import { setTimeout as wait } from 'node:timers/promises';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListTasksCommand } from '@aws-sdk/client-ecs';
import type { SmokeOptions } from '../../src/smoke/options.ts';
import { smoke } from '../../src/smoke/smoke.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { startTestStack, type TestStack } from '../support/local-stack.ts';

/**
 * The smoke test on an endpoint that shares no line with moto, and whose Lambda runs functions: the local stack. That it
 * passes on both (deployed-smoke.test.ts) is why it can be said to depend on neither.
 */
const folder = useDataFolder();
let stack: TestStack;
let said: string[];

afterEach(() => stack.stop());

async function start(speed: number) {
  said = [];
  stack = await startTestStack(folder(), { speed, environment: { ARCHIVE_NOTICE_HOURS: '0' } });
  stack.run();
}

function run(change: Partial<SmokeOptions> = {}) {
  const { url: endpoint } = stack;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const access = { region: 'us-east-1', endpoint, client: { endpoint, credentials } };
  const clock = { now: () => Date.now() / 1000, wait: (seconds: number) => wait(seconds * 1000) };
  const options = { service: 'workspace-cleanup', stage: 'local', play: 'auto', patience: 20 } as const;
  return smoke({ ...options, ...change }, access, clock, (line) => void said.push(line));
}

/** Ids differ from run to run. */
const lines = () => said.map((line) => line.replaceAll(/smoke-[0-9a-f]{12}/g, 'smoke'));

async function rowsOf(TableName: string): Promise<number | undefined> {
  return (await stack.clients.dynamodb.send(new ScanCommand({ TableName }))).Count;
}

test('an endpoint that does everything by itself is only watched', async () => {
  // A minute a second: what is due in a minute comes soon, and what is due in a day does not come.
  await start(60);
  await run();
  expect(lines()).toContainEqual(
    expect.stringMatching(/^smoke\/idle: archived; its task is STOPPED, fsap-\w+ is gone, and the history/),
  );
  expect(lines().slice(-1)).toEqual(['smoke/used: untouched']);
  expect(lines().filter((line) => line.startsWith('fired'))).toEqual([]);
}, 40_000);

test('where nobody fires schedules, they are fired from here, and all that was made is taken away', async () => {
  await start(1);
  await expect(run({ stage: 'staging' })).rejects.toThrow('there is no function workspace-cleanup-staging-');
  await expect(run({ play: 'everything' })).rejects.toThrow(
    'gives the template of stack workspace-cleanup-local',
  );
  await run({ play: 'schedules' });
  expect(lines()).toContainEqual(expect.stringMatching(/^fired \d+-[0-9a-f]+, as Scheduler will have at/));
  expect(lines().slice(-1)).toEqual(['smoke/used: untouched']);
  expect([await rowsOf('WorkspaceStatus'), await rowsOf('ClientAccounts')]).toEqual([0, 0]);
  const cluster = stack.configuration.cluster;
  const { taskArns } = await stack.clients.ecs.send(
    new ListTasksCommand({ cluster, desiredStatus: 'RUNNING' }),
  );
  expect(taskArns).toEqual([]);
}, 40_000);
