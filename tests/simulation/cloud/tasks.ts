import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { FoundTasks, StartedTask, TaskLaunch, Tasks } from '../../../src/ports.ts';
import type { Deeds } from '../../support/memory/deeds.ts';
import type { Random } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';

interface Task {
  key: WorkspaceKey;
  token: string | undefined;
  /** Before this second lists do not show it. */
  listedFrom: number;
  /** Once it was asked to stop: when it has. */
  stopsAt: number | undefined;
}

export interface TaskOptions {
  simulation: Simulation;
  random: Random;
  deeds: Deeds;
  /** A container has up to so many seconds to stop. */
  longestStopSeconds: number;
  /** For how long a list does not show a task that starts now, in seconds. */
  unlistedFor(task: string): number;
  /** A container has been asked to stop; it may still say something. */
  onStopRequested(task: string, key: WorkspaceKey, stopsAt: number): void;
}

/** Containers on ECS: they take their time to stop, and lists are behind. */
export class SimulatedTasks implements Tasks {
  readonly canStart = true;
  private readonly options: TaskOptions;
  private readonly tasks = new Map<string, Task>();
  private readonly byWorkspace = new Map<string, string[]>();

  constructor(options: TaskOptions) {
    this.options = options;
  }

  /** One that somebody else has started. */
  run({ clientId, userId }: WorkspaceKey, token?: string): string {
    const { simulation, unlistedFor } = this.options;
    const number = (this.tasks.size + 1).toString(16).padStart(32, '0');
    const arn = `arn:aws:ecs:us-east-1:000000000000:task/workspaces/${number}`;
    const listedFrom = simulation.now + unlistedFor(arn);
    this.tasks.set(arn, { key: { clientId, userId }, token, listedFrom, stopsAt: undefined });
    const workspace = showKey({ clientId, userId });
    this.byWorkspace.set(workspace, [...(this.byWorkspace.get(workspace) ?? []), arn]);
    return arn;
  }

  /** It ends by itself. */
  end(arn: string): void {
    const task = this.tasks.get(arn);
    if (task) task.stopsAt = Math.min(task.stopsAt ?? Number.POSITIVE_INFINITY, this.options.simulation.now);
  }

  running(key: WorkspaceKey): string[] {
    return this.of(key).filter((arn) => !this.hasStopped(this.task(arn)));
  }

  async unstopped(key: WorkspaceKey, reported: string | undefined): Promise<FoundTasks> {
    const { now } = this.options.simulation;
    const tasks = this.running(key).filter((arn) => arn === reported || this.task(arn).listedFrom <= now);
    const named = reported === undefined ? undefined : this.tasks.get(reported);
    const isForeign = named !== undefined && !isOf(named, key) && !this.hasStopped(named);
    return {
      tasks,
      stopping: tasks.filter((arn) => this.task(arn).stopsAt !== undefined),
      foreign: isForeign ? reported : undefined,
    };
  }

  async unstoppedOf(tasks: readonly string[]): Promise<string[]> {
    return tasks.filter((arn) => !this.hasStopped(this.task(arn)));
  }

  async requestStop(arn: string, _reason: string): Promise<void> {
    const { simulation, random, deeds, longestStopSeconds, onStopRequested } = this.options;
    const task = this.task(arn);
    deeds.record('stop-requested', task.key);
    if (task.stopsAt !== undefined) return;
    // Most stop when they are asked to; some are killed when their time is over.
    const chance = random.of(arn);
    const seconds = chance.chance(0.1) ? longestStopSeconds : chance.between(0, longestStopSeconds / 10);
    task.stopsAt = simulation.now + seconds;
    onStopRequested(arn, task.key, task.stopsAt);
  }

  async start(key: WorkspaceKey, { after }: TaskLaunch): Promise<StartedTask> {
    const token = JSON.stringify([showKey(key), after]);
    const same = this.of(key).find((arn) => this.task(arn).token === token);
    if (same) return { taskArn: same, stopped: this.hasStopped(this.task(same)) };
    this.options.deeds.record('task-started', key);
    return { taskArn: this.run(key, token), stopped: false };
  }

  private of(key: WorkspaceKey): string[] {
    return this.byWorkspace.get(showKey(key)) ?? [];
  }

  private hasStopped({ stopsAt }: Task): boolean {
    return stopsAt !== undefined && stopsAt <= this.options.simulation.now;
  }

  private task(arn: string): Task {
    const task = this.tasks.get(arn);
    if (task) return task;
    throw new Error(`there is no task ${arn}`);
  }
}

function isOf({ key }: Task, other: WorkspaceKey): boolean {
  return showKey(key) === showKey(other);
}
