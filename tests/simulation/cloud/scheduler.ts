import {
  ConflictException,
  type CreateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Random } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';

interface Schedule {
  name: string;
  /** Epoch seconds. */
  at: number;
  input: string;
  fired: boolean;
}

export interface SchedulerOptions {
  simulation: Simulation;
  random: Random;
  /** A schedule fires within so many seconds after its time. */
  latestSeconds: number;
  /** For so long a schedule that has fired may linger, in seconds. */
  lingerSeconds: number;
  fire(input: string, name: string): void;
  /** A name was given to a schedule that another one had before. */
  usedTwice?(name: string): void;
}

/**
 * EventBridge Scheduler as `SchedulerTimers` sees it: a time in the past is refused, a name that is known conflicts, also
 * while its schedule has fired and lingers, and a schedule fires up to a minute late.
 */
export class SimulatedScheduler {
  /** How often it was asked for a schedule. */
  calls = 0;
  /** How many schedules have fired. */
  fired = 0;
  private readonly options: SchedulerOptions;
  private readonly schedules = new Map<string, Schedule>();
  private readonly names = new Set<string>();
  private readonly waiting = new Map<string, Set<Schedule>>();

  constructor(options: SchedulerOptions) {
    this.options = options;
  }

  /** In place of the client of the SDK. Takes effect at the call. */
  send({ input }: CreateScheduleCommand): Promise<object> {
    this.calls += 1;
    const { Name: name = '', ScheduleExpression: expression = '', Target } = input;
    const at = Date.parse(`${/^at\((\S+)\)$/.exec(expression)?.[1]}Z`) / 1_000;
    const { simulation, random, usedTwice } = this.options;
    // Which of the two is looked at first is not documented; this way round is the worse one.
    if (this.schedules.has(name)) return Promise.reject(refusal(ConflictException, `${name} exists`));
    if (!(at > simulation.now)) return Promise.reject(refusal(ValidationException, `${expression} is past`));
    if (this.names.has(name)) usedTwice?.(name);
    const schedule: Schedule = { name, at, input: Target?.Input ?? '', fired: false };
    this.names.add(name);
    this.schedules.set(name, schedule);
    this.waitingFor(schedule.input).add(schedule);
    const late = random.of(name).between(0, this.options.latestSeconds);
    simulation.at(at + late, () => this.fire(schedule));
    return Promise.resolve({});
  }

  /** The seconds for which a workspace has wake-ups that have not fired, in no particular order. */
  *pendingOf({ clientId, userId }: WorkspaceKey): Generator<number> {
    for (const { at } of this.waiting.get(JSON.stringify({ clientId, userId })) ?? []) yield at;
  }

  /** Somebody deletes the whole group. Returns the payloads of those that had not fired. */
  lose(): string[] {
    const lost = [...this.schedules.values()].filter(({ fired }) => !fired);
    this.schedules.clear();
    // A group of the same name is another group.
    this.names.clear();
    this.waiting.clear();
    return lost.map(({ input }) => input);
  }

  private fire(schedule: Schedule): void {
    if (this.schedules.get(schedule.name) !== schedule) return;
    schedule.fired = true;
    this.fired += 1;
    this.waitingFor(schedule.input).delete(schedule);
    const { simulation, random, lingerSeconds } = this.options;
    simulation.after(random.of(`${schedule.name} lingers`).between(0, lingerSeconds), () => {
      if (this.schedules.get(schedule.name) === schedule) this.schedules.delete(schedule.name);
    });
    this.options.fire(schedule.input, schedule.name);
  }

  private waitingFor(input: string): Set<Schedule> {
    const waiting = this.waiting.get(input) ?? new Set<Schedule>();
    this.waiting.set(input, waiting);
    return waiting;
  }
}

function refusal<E>(
  Refusal: new (options: { message: string; Message: string; $metadata: object }) => E,
  message: string,
): E {
  return new Refusal({ message, Message: message, $metadata: {} });
}
