import { scheduleName } from '../../src/aws/scheduler-timers.ts';
import type { WorkspaceKey } from '../../src/core/workspace-key.ts';
import { deadlineReached } from '../../src/handlers/deadline-reached.ts';
import { provision } from '../../src/handlers/provision.ts';
import { workspaceChanged } from '../../src/handlers/workspace-changed.ts';
import type { HttpRequest } from '../../src/ports.ts';
import type { SmokePorts, StageSchedule } from '../../src/smoke/ports.ts';
import { OK_POLICY } from './memory/ok-values.ts';
import { MemoryWorld } from './memory-world.ts';

export const DEADLINE_ARN =
  'arn:aws:lambda:us-east-1:000000000000:function:workspace-cleanup-local-deadlineReached';

/**
 * A deployed stage in memory, with the real handlers, for the smoke test: a write reaches its stream at once, and schedules
 * fire when they are told to. Whatever a test replaces in it is what is broken.
 */
export class MemoryStage {
  readonly world = new MemoryWorld();
  readonly said: string[] = [];
  readonly failures: string[] = [];
  readonly ports: SmokePorts;

  constructor() {
    const { world } = this;
    this.ports = {
      clock: {
        now: () => world.clock.now(),
        wait: (seconds) => world.clock.wait(seconds),
      },
      say: (line) => void this.said.push(line),
      functions: { call: (name, event) => this.call(name, event), settle: async () => this.failures },
      schedules: {
        find: async (name) => this.schedules().find((schedule) => schedule.name === name),
        come: (at) => this.come(at),
      },
      world: {
        subscribe: async (clientId, at) => {
          const event = {
            clientId,
            subscriptionId: 's',
            status: 'active',
            tier: 'pro',
            at,
            rank: 0,
          } as const;
          await world.accounts.record({ ...event, messageId: 'm' }, 'd');
        },
        row: async (key) => world.rows.get(key),
        setLastActivity: async (key, at) => {
          world.change(key, { lastActivity: at });
          await this.react();
        },
        history: async ({ clientId, userId }) =>
          [...world.history.of(`${clientId}/${userId}`)].reverse() as never,
        taskStatus: async (task) =>
          (await world.tasks.unstoppedOf([task])).length > 0 ? 'RUNNING' : 'STOPPED',
        hasAccessPoint: async (id) => world.accessPoints.has(id),
        remove: async (key) => {
          for (const id of world.accessPoints.of(key)) world.accessPoints.drop(id);
          world.rows.delete(key);
        },
        unsubscribe: async (clientId) => world.accountItems.delete({ clientId }),
      },
    };
  }

  /** The stream of `WorkspaceStatus`. */
  async react(): Promise<void> {
    await workspaceChanged(this.world.rows.takeChanges(), OK_POLICY, this.world.invocation().ports);
  }

  schedules(): StageSchedule[] {
    return this.world.timers.pending().map(({ key, at }) => ({
      name: scheduleName(key, at),
      at,
      targetArn: DEADLINE_ARN,
      input: JSON.stringify(key),
    }));
  }

  private async call(name: string, event: unknown): Promise<unknown> {
    if (name !== 'provision') throw new Error(`only provision is called by its name, not ${name}`);
    const { status, body } = await provision(event as HttpRequest, OK_POLICY, this.world.invocation().ports);
    await this.react();
    return { statusCode: status, body: JSON.stringify(body) };
  }

  /** As Scheduler whose clock runs ahead: that of the handlers stays where it is. */
  private async come(at: number): Promise<string[]> {
    const due = this.schedules().filter((schedule) => schedule.at <= at);
    for (const { input } of due) {
      await deadlineReached(JSON.parse(input) as WorkspaceKey, OK_POLICY, this.world.invocation().ports);
    }
    return due.map(({ name }) => name);
  }
}
