import { Chronicle } from '../../src/local/fleet/chronicle.ts';
import { StackConsole } from '../../src/local/stack-console.ts';
import type { Overview, Session, WorkspaceDetail } from '../../src/operator/console/protocol.ts';
import { enterConsole } from '../support/console-client.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { bill, post, rowOf, startTestStack } from '../support/local-stack.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);

const folder = useDataFolder();
const ada = { clientId: 'acme', userId: 'ada' };
const DAY = 86_400;

test('the console of a stack: time stands still, steps to what happens next, and runs; users work and clients pay', async () => {
  const stack = await startTestStack(folder());
  const console_ = new StackConsole();
  const silent = { change: () => {}, history: () => {}, control: () => {} };
  try {
    await bill(stack, 'acme', 'active', 'free');
    await post(stack, '/workspaces', ada);
    await stack.advanceTo(stack.clock.now() + DAY);
    if (stack.pace) stack.pace.speed = 0;
    const chronicle = await Chronicle.open(stack, folder(), console_.beside(silent));
    const interventions: string[] = [];
    const director = { start: stack.clock.now(), noteIntervention: () => interventions.push('by hand') };
    const links: string[] = [];
    await console_.open({ stack, chronicle, director, port: 0, onLink: (link) => links.push(link) });
    stack.run();
    const client = await enterConsole(links[0] ?? '');
    expect(links).toHaveLength(2);
    const session = await client.get<Session>('session');
    expect(session).toMatchObject({ speed: 0, sample: { start: director.start } });
    expect(session.sample?.speeds).toEqual([0, 600, 3_600, 21_600, 86_400, 432_000]);
    const detail = () => client.get<WorkspaceDetail>('workspaces/acme/ada');

    // The next thing that happens to a workspace is its notice, after alarms that change nothing.
    const before = stack.clock.now();
    expect(await client.post('sample/step', {})).toMatchObject({ status: 200 });
    expect(stack.clock.now()).toBeGreaterThan(before + 4 * DAY);
    expect((await detail()).history.map(({ what }) => what)).toEqual(['expiring']);

    expect(await client.post('workspaces/acme/ada/activity', {})).toMatchObject({ status: 200 });
    expect((await rowOf(stack, ada))?.lastActivity).toBe(Math.floor(stack.clock.now()));
    const suspended = { clientId: 'acme', status: 'suspended', tier: 'free' };
    expect(await client.post('sample/subscription', suspended)).toMatchObject({ status: 200 });
    await until(async () => (await detail()).line.status === 'suspended', 'the workspace is suspended');
    expect(interventions).toHaveLength(2);
    expect(await client.post('sample/subscription', { ...suspended, status: 'unpaid' })).toEqual({
      status: 400,
      body: { error: expect.stringContaining('active, suspended or cancelled') },
    });

    expect(await client.post('sample/speed', { speed: 432_000 })).toMatchObject({ status: 200 });
    const lifecycle = async () => (await client.get<Overview>('overview')).lifecycle;
    await until(
      async () => (await lifecycle()).archived === 1,
      'the workspace is archived, three days later',
    );
    expect(await client.post('sample/speed', { speed: -1 })).toMatchObject({ status: 400 });
    expect(await client.post('workspaces/acme/ada/activity', {})).toMatchObject({ status: 409 });
  } finally {
    await console_.close();
    await stack.stop();
  }
});
