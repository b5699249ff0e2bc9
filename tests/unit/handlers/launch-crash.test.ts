import { provision } from '../../../src/handlers/provision.ts';
import { resume } from '../../../src/handlers/resume.ts';
import type { HttpAnswer } from '../../../src/ports.ts';
import { type Invocation, ProcessDied } from '../../support/memory/invocation.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

interface Scenario {
  begin(): Promise<MemoryWorld>;
  run(invocation: Invocation): Promise<HttpAnswer>;
}

async function worldWithClient(): Promise<MemoryWorld> {
  const world = new MemoryWorld();
  const event = { clientId: 'acme', subscriptionId: 's', status: 'active', tier: 'pro' } as const;
  await world.accounts.record({ ...event, at: NOW, rank: 0, messageId: 'one' }, 'delivery');
  return world;
}

const post = (invocation: Invocation) =>
  provision({ body: JSON.stringify({ ...OK_KEY, start: true }), headers: {} }, OK_POLICY, invocation.ports);

const SCENARIOS: Record<string, Scenario> = {
  'provision and start': { begin: worldWithClient, run: post },
  'provision a row that somebody else has made': {
    begin: async () => {
      const world = await worldWithClient();
      world.addWorkspace({ efsAccessPoint: undefined, posixUid: undefined });
      for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
      return world;
    },
    run: post,
  },
  'start after a container that has ended': {
    begin: async () => {
      const world = await worldWithClient();
      world.addWorkspace();
      await post(world.invocation());
      for (const task of world.tasks.running(OK_KEY)) world.tasks.end(task);
      return world;
    },
    run: post,
  },
  'resume and start': {
    begin: async () => {
      const world = await worldWithClient();
      world.addWorkspace({ lifecycle: 'archived', efsAccessPoint: undefined, lastActivity: NOW - 40 * DAY });
      for (const id of world.accessPoints.of(OK_KEY)) world.accessPoints.drop(id);
      return world;
    },
    run: (invocation) =>
      resume({ body: '{"start":true}', headers: {}, parameters: { ...OK_KEY } }, OK_POLICY, invocation.ports),
  },
};

/** All that is there in the end. What the row says is bound to what is really there. */
function stateOf(world: MemoryWorld) {
  const {
    claim,
    taskArn,
    efsAccessPoint,
    armedFor: _,
    armedDay: __,
    history: ___,
    ...row
  } = world.rows.get(OK_KEY) ?? {};
  const running = world.tasks.running(OK_KEY);
  const accessPoints = world.accessPoints.of(OK_KEY);
  return {
    row,
    claim,
    running: running.length,
    runningIsNamed: running[0] === taskArn,
    accessPoints: accessPoints.length,
    accessPointIsNamed: accessPoints[0] === efsAccessPoint,
    wrongs: world.deeds.wrongs(),
    disagreements: world.disagreements(),
  };
}

describe.each(Object.entries(SCENARIOS))('%s', (name, { begin, run }) => {
  async function undisturbed() {
    const world = await begin();
    const invocation = world.invocation();
    expect([200, 201]).toContain((await run(invocation)).status);
    return { calls: invocation.calls, end: stateOf(world) };
  }

  test('undisturbed: one access point and one container, both named', async () => {
    const { calls, end } = await undisturbed();
    expect(calls.length).toBeGreaterThan(6);
    expect(end).toMatchObject({
      claim: undefined,
      running: 1,
      runningIsNamed: true,
      accessPoints: 1,
      accessPointIsNamed: true,
      wrongs: [],
    });
  });

  test('a process that dies at any call, and another try: the same end', async () => {
    const { calls, end } = await undisturbed();
    for (const [call, called] of calls.entries()) {
      for (const when of ['before', 'after'] as const) {
        const where = `${name}: died ${when} call ${call}, ${called}`;
        const world = await begin();
        const dying = world.invocation();
        dying.death = { call, when };
        await expect(run(dying)).rejects.toThrow(ProcessDied);
        expect({ where, ...(await finish(world)) }).toEqual({ where, ...end });
      }
    }
  });

  test('a call that fails, and another try at once: the same end', async () => {
    const { calls, end } = await undisturbed();
    for (const [call, called] of calls.entries()) {
      const where = `${name}: call ${call} failed, ${called}`;
      const world = await begin();
      const failing = world.invocation().before(call, () => {
        throw new Error('throttled');
      });
      await expect(run(failing)).rejects.toThrow('throttled');
      expect({ where, ...(await finish(world)) }).toEqual({ where, ...end });
    }
  });

  /** The caller tries again, as often as it is told to wait; leases end meanwhile, and their wake-ups fire. */
  async function finish(world: MemoryWorld) {
    const times = world.clock.now();
    for (let tries = 0; tries < 40; tries += 1) {
      const { status } = await run(world.invocation());
      if (status < 300) {
        expect(world.clock.now() - times).toBeLessThanOrEqual(500);
        return { ...stateOf(world), row: { ...stateOf(world).row, lastActivity: NOW } };
      }
      expect(status).toBe(423);
      world.clock.advance(30);
      await world.wakeDue(OK_POLICY);
    }
    throw new Error('the workspace did not come back');
  }
});
