import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ListTaskDefinitionsCommand, ListTasksCommand } from '@aws-sdk/client-ecs';
import { DescribeAccessPointsCommand } from '@aws-sdk/client-efs';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type Clients, createClients } from '../../src/aws/clients.ts';
import { familyOf } from '../../src/aws/ecs-revision.ts';
import { type WorkspaceKey, workspacePath, workspaceReference } from '../../src/core/workspace-key.ts';
import { createFunctions, type Functions } from '../../src/functions/all.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { bill, rowOf, setAttribute, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(120_000);

/**
 * The process dies after each single call to AWS, one after the other, of everything that is done to a workspace: the
 * real handlers and adapters against the local stack. Whoever runs it again has to come to the same end, with nothing
 * there twice and nothing left over. What the function `purge` does in between is in `mounted-homes.test.ts`.
 */

const DAY = 86_400;
/** Longer than a lease and the minute that no timer is armed for. */
const PAST_THE_LEASE = 450;
/** What is due is done at once: giving notice is a write of its own, and its deaths are tested at the ports. */
const WITHOUT_NOTICE = {
  ARCHIVE_NOTICE_HOURS: '0',
  TERMINATE_NOTICE_HOURS: '0',
  MINIMUM_TERMINATE_NOTICE_HOURS: '0',
};
const folder = useDataFolder();
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack(folder(), { environment: WITHOUT_NOTICE });
  await bill(stack, 'acme', 'active');
  // The first wake-up of all notes the limits that the rules go by.
  const first = { clientId: 'acme', userId: 'first' };
  await provisioned(first);
  await wake(processThatDies().functions, first);
});
afterEach(() => stack.stop());

class Died extends Error {}

/**
 * The functions in a process that ends after its `last`th call (from 1), and counts them. A task that it stops has
 * stopped by the time it asks: how often it has to ask is not for the machine's load to say, or a call that was
 * counted would not come again.
 */
function processThatDies(last = Number.POSITIVE_INFINITY): { functions: Functions; calls: string[] } {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const clients = createClients({ endpoint: stack.url, region: 'us-east-1', credentials });
  const calls: string[] = [];
  for (const client of Object.values(clients) as Clients['ecs'][]) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          if (calls.length >= last) throw new Died();
          calls.push(commandName);
          const answer = await next(args);
          if (commandName === 'StopTaskCommand') await stack.inFlight.settled();
          if (calls.length >= last) throw new Died();
          return answer;
        },
      { step: 'initialize', name: 'death' },
    );
  }
  const clock = {
    now: () => stack.clock.now(),
    wait: () => stack.inFlight.settled(),
    waitUntil: async () => false,
  };
  const observer = { info: () => {}, warn: () => {}, error: () => {}, count: () => {} };
  return { functions: createFunctions(stack.configuration, { clients, clock, observer }), calls };
}

const request = (body: object, pathParameters: object = {}) =>
  ({ body: JSON.stringify(body), headers: {}, pathParameters }) as unknown as APIGatewayProxyEventV2;

const provision = async (functions: Functions, key: WorkspaceKey) =>
  (await functions.provision(request({ ...key, start: true }))).statusCode;
const resume = async (functions: Functions, key: WorkspaceKey) =>
  (await functions.resume(request({ start: true }, key))).statusCode;
const wake = async (functions: Functions, key: WorkspaceKey) => {
  await functions.deadlineReached(key);
  return 200;
};

async function provisioned(key: WorkspaceKey, idleDays = 0): Promise<void> {
  expect(await provision(processThatDies().functions, key)).toBe(201);
  await stack.inFlight.settled();
  await setAttribute(stack, key, 'lastActivity', Math.floor(stack.clock.now() - idleDays * DAY - 1));
}

async function archived(key: WorkspaceKey): Promise<void> {
  await provisioned(key, 30);
  await wake(processThatDies().functions, key);
  expect(await rowOf(stack, key)).toMatchObject({ lifecycle: 'archived' });
}

interface Scenario {
  prepare(key: WorkspaceKey): Promise<unknown>;
  run(functions: Functions, key: WorkspaceKey): Promise<number | undefined>;
}

const SCENARIOS: Record<string, Scenario> = {
  'provision and start': { prepare: async () => {}, run: provision },
  'resume and start': { prepare: archived, run: resume },
  archive: { prepare: (key) => provisioned(key, 30), run: wake },
  terminate: {
    prepare: async (key) => {
      await provisioned(key, 7);
      await setAttribute(stack, key, 'subscriptionStatus', 'cancelled');
    },
    run: wake,
  },
  restore: {
    prepare: async (key) => {
      await archived(key);
      await setAttribute(stack, key, 'lastActivity', Math.floor(stack.clock.now()));
    },
    run: wake,
  },
};

/** Everything that there is of a workspace in this cloud. */
async function stateOf(key: WorkspaceKey) {
  const { cluster } = stack.configuration;
  const { ecs, efs } = stack.clients;
  await stack.inFlight.settled();
  const { lifecycle, claim, efsAccessPoint, taskArn } = (await rowOf(stack, key)) ?? {};
  const { AccessPoints = [] } = await efs.send(new DescribeAccessPointsCommand({ MaxResults: 1000 }));
  const doors = AccessPoints.filter(({ RootDirectory }) => RootDirectory?.Path === workspacePath(key));
  const startedBy = workspaceReference(key);
  const { taskArns = [] } = await ecs.send(new ListTasksCommand({ cluster, startedBy }));
  const revisions = new ListTaskDefinitionsCommand({ familyPrefix: familyOf(key), status: 'ACTIVE' });
  return {
    lifecycle,
    claim,
    doors: doors.length,
    doorIsNamed: doors[0]?.AccessPointId === efsAccessPoint,
    running: taskArns.length,
    runningIsNamed: taskArns.length === 0 || taskArns[0] === taskArn,
    revisions: (await ecs.send(revisions)).taskDefinitionArns?.length,
    home: existsSync(join(stack.filesRoot, key.clientId, key.userId)),
  };
}

/** As its caller, or its wake-up, would: again, until it is done. */
async function again(key: WorkspaceKey, { run }: Scenario): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    if (run === wake) {
      await stack.advanceTo(stack.clock.now() + PAST_THE_LEASE);
      return;
    }
    const status = await run(processThatDies().functions, key);
    if (status === 200 || status === 201) return;
    expect(status).toBe(423);
    await stack.advanceTo(stack.clock.now() + 30);
  }
  throw new Error('it did not come to its end');
}

test.each(Object.entries(SCENARIOS))('%s', async (name, scenario) => {
  const undisturbed = { clientId: 'acme', userId: 'undisturbed' };
  await scenario.prepare(undisturbed);
  const { functions, calls } = processThatDies();
  expect([200, 201]).toContain(await scenario.run(functions, undisturbed));
  const end = await stateOf(undisturbed);
  expect(end).toMatchObject({ claim: undefined, doorIsNamed: true, runningIsNamed: true });
  expect(calls.length).toBeGreaterThan(5);

  const ends = [];
  for (const [index, call] of calls.entries()) {
    const key = { clientId: 'acme', userId: `dies-${index + 1}` };
    await scenario.prepare(key);
    await expect(scenario.run(processThatDies(index + 1).functions, key)).rejects.toThrow(Died);
    await again(key, scenario);
    ends.push({ after: `${name}: ${index + 1} ${call}`, ...(await stateOf(key)) });
  }
  expect(ends).toEqual(ends.map(({ after }) => ({ after, ...end })));
});
