import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { FoundTasks, StartedTask, TaskLaunch, Tasks } from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

interface MemoryTask {
  key: WorkspaceKey;
  /** How many more looks find it running once it was asked to stop. */
  looksLeft: number;
  askedToStop: boolean;
  environment: Record<string, string>;
  /** What tells a repeated start from another one. */
  token: string | undefined;
  /** False if ECS finds it only by its ARN: somebody else has started it. */
  listed: boolean;
}

/** Containers that stop a set number of looks after they were asked to. */
export class MemoryTasks implements Tasks {
  canStart = true;
  private readonly tasks = new Map<string, MemoryTask>();
  private readonly deeds: Deeds;

  constructor(deeds: Deeds) {
    this.deeds = deeds;
  }

  /** A container that runs already; `looksToStop` may be Infinity: it never stops. */
  run({ clientId, userId }: WorkspaceKey, looksToStop = 1, change: Partial<MemoryTask> = {}): string {
    const number = (this.tasks.size + 1).toString(16).padStart(32, '0');
    const arn = `arn:aws:ecs:us-east-1:000000000000:task/workspaces/${number}`;
    this.tasks.set(arn, {
      key: { clientId, userId },
      looksLeft: looksToStop,
      askedToStop: false,
      environment: {},
      token: undefined,
      listed: true,
      ...change,
    });
    return arn;
  }

  /** It has ended by itself. */
  end(arn: string): void {
    Object.assign(this.task(arn), { askedToStop: true, looksLeft: 0 });
  }

  /** From now on a container that would not stop stops at the next look. */
  letStop(arn: string): void {
    this.task(arn).looksLeft = 0;
  }

  running(key: WorkspaceKey): string[] {
    return [...this.tasks].filter(([, task]) => isOf(task, key) && !hasStopped(task)).map(([arn]) => arn);
  }

  environmentOf(arn: string): Record<string, string> {
    return this.task(arn).environment;
  }

  async unstopped(key: WorkspaceKey, reported: string | undefined): Promise<FoundTasks> {
    const named = reported === undefined ? undefined : this.tasks.get(reported);
    const found = this.running(key).filter((arn) => this.task(arn).listed || arn === reported);
    const stopping = found.filter((arn) => this.task(arn).askedToStop);
    const isForeign = named !== undefined && !isOf(named, key) && !hasStopped(named);
    return { tasks: await this.unstoppedOf(found), stopping, foreign: isForeign ? reported : undefined };
  }

  async unstoppedOf(tasks: readonly string[]): Promise<string[]> {
    const found = tasks.filter((arn) => !hasStopped(this.task(arn)));
    for (const arn of found) {
      const task = this.task(arn);
      if (task.askedToStop) task.looksLeft -= 1;
    }
    return found;
  }

  async requestStop(arn: string, _reason: string): Promise<void> {
    const task = this.task(arn);
    this.deeds.record('stop-requested', task.key);
    task.askedToStop = true;
  }

  async start(key: WorkspaceKey, { environment, token: given, after }: TaskLaunch): Promise<StartedTask> {
    const token = JSON.stringify([showKey(key), environment, after]);
    const [same] = [...this.tasks].find(([, task]) => task.token === token) ?? [];
    if (same) return { taskArn: same, stopped: hasStopped(this.task(same)) };
    this.deeds.record('task-started', key);
    return {
      taskArn: this.run(key, 1, { environment: { ...environment, WORKSPACE_TOKEN: given }, token }),
      stopped: false,
    };
  }

  private task(arn: string): MemoryTask {
    const task = this.tasks.get(arn);
    if (task) return task;
    throw new Error(`there is no task ${arn}`);
  }
}

function isOf({ key }: MemoryTask, other: WorkspaceKey): boolean {
  return showKey(key) === showKey(other);
}

function hasStopped({ askedToStop, looksLeft }: MemoryTask): boolean {
  return askedToStop && looksLeft <= 0;
}
