import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Tasks } from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

interface MemoryTask {
  key: WorkspaceKey;
  /** How many more looks find it running once it was asked to stop. */
  looksLeft: number;
  askedToStop: boolean;
  environment: Record<string, string>;
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
  run({ clientId, userId }: WorkspaceKey, looksToStop = 1, environment: Record<string, string> = {}): string {
    const arn = `task/${showKey({ clientId, userId })}/${this.tasks.size + 1}`;
    this.tasks.set(arn, {
      key: { clientId, userId },
      looksLeft: looksToStop,
      askedToStop: false,
      environment,
    });
    return arn;
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

  async unstopped(key: WorkspaceKey): Promise<string[]> {
    return this.unstoppedOf(this.running(key));
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

  async start(key: WorkspaceKey, _accessPoint: string, environment: Record<string, string>): Promise<string> {
    this.deeds.record('task-started', key);
    return this.run(key, 1, environment);
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
