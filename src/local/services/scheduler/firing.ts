import { setTimeout as wait } from 'node:timers/promises';
import type { DurableMap } from '../../storage/durable-map.ts';
import type { LocalClock } from '../../time/clock.ts';
import type { InFlight } from '../../time/in-flight.ts';
import { type Schedule, scheduleKey, substitutedInput } from './schedule.ts';

/** What happens when a schedule fires; given by the stack. */
export interface FiringHooks {
  /** Delivers to the target. The firing counts as delivered when it resolves, and is tried again when it rejects. */
  invoke(targetArn: string, input: string, context: { attempt: number }): Promise<void>;
  /** Takes what could not be delivered. Must not throw. */
  deadLetter(schedule: Schedule, input: string, error: unknown): void | Promise<void>;
}

export interface FiringOptions extends FiringHooks {
  clock: LocalClock;
  inFlight: InFlight;
  /** How often each firing is delivered: 2 makes "at least once" visible. */
  deliveries?: 1 | 2;
  /** How long a delivered schedule with ActionAfterCompletion DELETE stays, in seconds of the fleet's clock. */
  lingerSeconds?: number;
  /** Between attempts, in ms of real time: the first wait, which doubles up to the longest. */
  retryWaitMs?: { first: number; longest: number };
}

/** The defaults of a RetryPolicy, and its greatest values. */
const MAXIMUM_RETRY_ATTEMPTS = 185;
const MAXIMUM_EVENT_AGE_SECONDS = 86_400;

/** A longer wait for the next attempt does not count as work: one broken target would stop the fleet's clock. */
const LONGEST_HELD_WAIT_MS = 2_000;

/** Fires schedules at their time, never before, and keeps their outcome in `schedules`. */
export class Firing {
  private readonly schedules: DurableMap<Schedule>;
  private readonly options: FiringOptions;
  private readonly alarms = new Map<string, () => void>();
  private readonly running = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  constructor(schedules: DurableMap<Schedule>, options: FiringOptions) {
    this.schedules = schedules;
    this.options = options;
  }

  /** Sets the alarms of all schedules there are; those whose time has passed fire at once. */
  start(): void {
    for (const schedule of this.schedules.values()) this.arm(schedule);
  }

  /** Sets the alarm for whatever comes next for this schedule, in place of an earlier one. */
  arm(schedule: Schedule): void {
    const { request, at, completedAt } = schedule;
    const key = scheduleKey(request.GroupName, request.Name);
    this.disarm(key);
    if (completedAt !== undefined) {
      if (request.ActionAfterCompletion === 'NONE') return;
      const { lingerSeconds = 60 } = this.options;
      this.alarm(key, completedAt + lingerSeconds, () => this.schedules.delete(key));
    } else if (request.State === 'ENABLED') {
      this.alarm(key, at, () => this.run(this.fire(key, schedule)));
    }
  }

  disarm(key: string): void {
    this.alarms.get(key)?.();
    this.alarms.delete(key);
  }

  /** Fires nothing from now on, and ends the waiting for another attempt. Resolves when no delivery is running. */
  async close(): Promise<void> {
    this.closing.abort();
    for (const key of [...this.alarms.keys()]) this.disarm(key);
    await Promise.all(this.running);
  }

  private run(firing: Promise<void>): void {
    this.running.add(firing);
    void firing.finally(() => this.running.delete(firing));
  }

  private alarm(key: string, at: number, action: () => void): void {
    const cancel = this.options.clock.wakeAt(at, () => {
      this.alarms.delete(key);
      action();
    });
    this.alarms.set(key, cancel);
  }

  private async fire(key: string, schedule: Schedule): Promise<void> {
    const { inFlight, deliveries = 1 } = this.options;
    const work = new HeldWork(inFlight);
    try {
      for (let delivery = 0; delivery < deliveries; delivery += 1) {
        if (!(await this.deliver(schedule, work))) return;
      }
      this.complete(key, schedule);
    } finally {
      work.release();
    }
  }

  /** Whether the firing is over: delivered, or given up and handed to the dead-letter queue. */
  private async deliver(schedule: Schedule, work: HeldWork): Promise<boolean> {
    const { clock, invoke, deadLetter } = this.options;
    const { Arn, RetryPolicy = {} } = schedule.request.Target;
    const attempts = 1 + (RetryPolicy.MaximumRetryAttempts ?? MAXIMUM_RETRY_ATTEMPTS);
    const giveUpAt = clock.now() + (RetryPolicy.MaximumEventAgeInSeconds ?? MAXIMUM_EVENT_AGE_SECONDS);
    for (let attempt = 1; ; attempt += 1) {
      const input = substitutedInput(schedule, attempt);
      try {
        await invoke(Arn, input, { attempt });
        return true;
      } catch (error) {
        if (attempt >= attempts || clock.now() > giveUpAt) {
          await deadLetter(schedule, input, error);
          return true;
        }
      }
      if (!(await this.waitToRetry(attempt, work))) return false;
    }
  }

  /** False if the stack closed meanwhile. */
  private async waitToRetry(attempt: number, work: HeldWork): Promise<boolean> {
    const { first, longest } = this.options.retryWaitMs ?? { first: 100, longest: 5_000 };
    const waitMs = Math.min(first * 2 ** (attempt - 1), longest);
    if (waitMs > LONGEST_HELD_WAIT_MS) work.release();
    await wait(waitMs, undefined, { signal: this.closing.signal }).catch(() => {});
    work.hold();
    return !this.closing.signal.aborted;
  }

  private complete(key: string, schedule: Schedule): void {
    // It may have been deleted or replaced while it was delivered.
    if (this.schedules.get(key)?.executionId !== schedule.executionId) return;
    const completed = { ...schedule, completedAt: this.options.clock.now() };
    this.schedules.set(key, completed);
    if (!this.closing.signal.aborted) this.arm(completed);
  }
}

/** A piece of work in flight that can be put down for a while. */
class HeldWork {
  private readonly inFlight: InFlight;
  private end: () => void;

  constructor(inFlight: InFlight) {
    this.inFlight = inFlight;
    this.end = inFlight.begin();
  }

  hold(): void {
    const before = this.end;
    this.end = this.inFlight.begin();
    before();
  }

  release(): void {
    this.end();
  }
}
