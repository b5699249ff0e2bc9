import { mkdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Exit, LeashedProcess } from '../../processes/leash.ts';
import type { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import type { InFlight } from '../../time/in-flight.ts';
import type { Efs } from '../efs.ts';
import { environmentOf, homeVolume, startContainer, stopTimeoutMs } from './container.ts';
import type { Task } from './task.ts';
import type { TaskDefinition } from './task-definitions.ts';

export interface TaskLifecycleOptions {
  dataDirectory: string;
  clock: LocalClock;
  inFlight: InFlight;
  efs: Pick<Efs, 'mount'>;
}

interface RunningTask {
  container: Promise<LeashedProcess>;
  /** Resolves when the task is STOPPED. */
  over: Promise<void>;
  stopTimeoutMs: number;
}

/** As on AWS: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html */
const STOPPED_TASKS_STAY_SECONDS = 3600;

/** On the way out nobody waits for half a minute, in ms of real time. */
const CLOSE_GRACE_MS = 2_000;

/** Takes tasks from PROVISIONING to STOPPED, each with one process, and forgets them an hour later. */
export class TaskLifecycle {
  private readonly tasks: DurableMap<Task>;
  private readonly options: TaskLifecycleOptions;
  private readonly running = new Map<string, RunningTask>();
  private readonly expiries = new Map<string, () => void>();

  constructor(tasks: DurableMap<Task>, options: TaskLifecycleOptions) {
    this.tasks = tasks;
    this.options = options;
    for (const task of tasks.values()) this.resume(task);
  }

  /** Starts a new task's process; returns at once. In flight until the task is RUNNING, or has failed to. */
  start(task: Task, definition: TaskDefinition): void {
    const { taskArn } = task;
    this.tasks.set(taskArn, task);
    const container = this.startIn(task, definition);
    const over = this.live(taskArn, container);
    this.running.set(taskArn, { container, over, stopTimeoutMs: stopTimeoutMs(definition) });
  }

  /** SIGTERM, and SIGKILL after the stop timeout; returns at once. In flight until the task is STOPPED. */
  stop(task: Task, reason: string): void {
    if (task.desiredStatus === 'STOPPED') return;
    this.markStopping(task, 'UserInitiated', reason);
    const graceMs = this.running.get(task.taskArn)?.stopTimeoutMs ?? 0;
    void this.options.inFlight.during(() => this.terminate(task.taskArn, graceMs));
  }

  /** Stops every task. Resolves when all processes have exited. */
  async close(): Promise<void> {
    const arns = [...this.running.keys()];
    for (const arn of arns) {
      const task = this.tasks.get(arn);
      if (task?.desiredStatus === 'RUNNING') {
        this.markStopping(task, 'TerminationNotice', 'The local stack was stopped');
      }
    }
    await Promise.all(arns.map((arn) => this.terminate(arn, CLOSE_GRACE_MS)));
    for (const cancel of this.expiries.values()) cancel();
  }

  /** After a restart: processes do not outlive the stack, so a task that was running then is not any more. */
  private resume(task: Task): void {
    if (task.lastStatus === 'STOPPED') {
      this.expire(task);
      return;
    }
    this.finish(task.taskArn, {
      stopCode: task.stopCode ?? 'TerminationNotice',
      stoppedReason: task.stoppedReason ?? 'Host terminated: the local stack that ran this task went away',
    });
  }

  /** Sees the task through its life. */
  private async live(arn: string, starting: Promise<LeashedProcess>): Promise<void> {
    const container = await this.options.inFlight.during(async () => {
      try {
        const started = await starting;
        if (this.tasks.get(arn)?.desiredStatus === 'RUNNING') {
          this.change(arn, { lastStatus: 'RUNNING', startedAt: this.options.clock.now() });
        }
        return started;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const stoppedReason = `ResourceInitializationError: ${reason}`;
        this.finish(arn, { stopCode: 'TaskFailedToStart', stoppedReason });
        return undefined;
      }
    });
    if (!container) return;
    const exit = await container.exited;
    const asked = this.tasks.get(arn)?.desiredStatus === 'STOPPED';
    this.finish(arn, {
      exitCode: exitCodeOf(exit),
      ...(asked
        ? {}
        : { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' }),
    });
  }

  private async startIn(task: Task, definition: TaskDefinition): Promise<LeashedProcess> {
    const volume = homeVolume(definition);
    const home = volume
      ? this.options.efs.mount(volume.fileSystemId, volume.accessPointId)
      : this.scratch(task.taskArn);
    if (!volume) mkdirSync(home, { recursive: true });
    return startContainer(home, environmentOf(definition, task.overrides));
  }

  private async terminate(arn: string, termGraceMs: number): Promise<void> {
    const running = this.running.get(arn);
    if (!running) return;
    const container = await running.container.catch(() => undefined);
    await container?.stop({ termGraceMs });
    await running.over;
  }

  private markStopping(task: Task, stopCode: NonNullable<Task['stopCode']>, stoppedReason: string): void {
    const stoppingAt = this.options.clock.now();
    this.change(task.taskArn, {
      desiredStatus: 'STOPPED',
      lastStatus: 'STOPPING',
      stoppingAt,
      stopCode,
      stoppedReason,
    });
  }

  private finish(arn: string, outcome: Partial<Task>): void {
    this.running.delete(arn);
    // A task's own storage is gone with it, as on Fargate.
    rmSync(this.scratch(arn), { recursive: true, force: true });
    const stoppedAt = this.options.clock.now();
    this.expire(this.change(arn, { ...outcome, desiredStatus: 'STOPPED', lastStatus: 'STOPPED', stoppedAt }));
  }

  private expire({ taskArn, stoppedAt = 0 }: Task): void {
    const cancel = this.options.clock.wakeAt(stoppedAt + STOPPED_TASKS_STAY_SECONDS, () => {
      this.expiries.delete(taskArn);
      this.tasks.delete(taskArn);
    });
    this.expiries.set(taskArn, cancel);
  }

  private change(arn: string, changes: Partial<Task>): Task {
    const task = this.tasks.get(arn);
    if (!task) throw new Error(`Task ${arn} is not known: it cannot change`);
    const changed = { ...task, ...changes, version: task.version + 1 };
    this.tasks.set(arn, changed);
    return changed;
  }

  private scratch(arn: string): string {
    return join(this.options.dataDirectory, 'ecs-scratch', arn.slice(arn.lastIndexOf('/') + 1));
  }
}

/** As a shell and Docker have it: 137 for SIGKILL, 143 for SIGTERM. */
function exitCodeOf({ code, signal }: Exit): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}
