import type { InFlight } from './in-flight.ts';

/** The local stack's time. Seconds since the epoch everywhere, with a fraction where the clock has one. */
export interface LocalClock {
  now(): number;
  /**
   * Calls `action` once when the clock reaches `at` (epoch seconds); soon if `at` has passed.
   * Returns a function that cancels it. Actions of the same second run in the order they were set.
   */
  wakeAt(at: number, action: () => void): () => void;
  stop(): void;
}

/** Node fires timers of more than 2^31-1 ms at once, so longer waits are cut into pieces, e.g. one day. */
const LONGEST_TIMER_MS = 86_400_000;

/** Real time, moved ahead by `offsetSeconds` (for data whose clock once ran faster than the world's). */
export function realTimeClock(offsetSeconds = 0): LocalClock {
  const now = () => Date.now() / 1000 + offsetSeconds;
  const timers = new Set<NodeJS.Timeout>();
  const wakeAt = (at: number, action: () => void) => {
    let timer: NodeJS.Timeout;
    const wait = () => {
      const left = Math.ceil((at - now()) * 1000);
      timer = setTimeout(
        () => {
          timers.delete(timer);
          if (now() >= at) action();
          else wait();
        },
        Math.min(Math.max(left, 0), LONGEST_TIMER_MS),
      );
      timers.add(timer);
    };
    wait();
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  };
  return {
    now,
    wakeAt,
    stop: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

export interface SteppedClockOptions {
  /** Where the clock begins, epoch seconds. */
  start: number;
  /** Fleet seconds per real second, at first; `Infinity` jumps from one alarm to the next, 0 stands still. */
  speed: number;
  /** The clock moves only while nothing is in flight. */
  inFlight: InFlight;
  /** Called before each new time is shown to anyone, so that a restart never goes back behind it. */
  persist: (time: number) => void;
}

/** How often a paced clock moves, in ms: often enough to look smooth, rare enough to cost nothing. */
const TICK_MS = 20;

interface Alarm {
  at: number;
  order: number;
  action: () => void;
}

/**
 * A clock for accelerated fleets. It moves in steps, never past the next alarm, and only when everything
 * that the last step caused has been done. At 86,400 seconds per second a handler that takes 2 ms of real
 * time would otherwise be three minutes late in the fleet's time.
 */
export class SteppedClock implements LocalClock {
  /** Fleet seconds per real second. May be changed at any time. */
  speed: number;
  private readonly options: SteppedClockOptions;
  private time: number;
  private order = 0;
  private readonly alarms = new Set<Alarm>();
  private running = false;
  private steps: (() => void)[] = [];

  constructor(options: SteppedClockOptions) {
    this.options = options;
    this.speed = options.speed;
    this.time = options.start;
  }

  now(): number {
    return this.time;
  }

  wakeAt(at: number, action: () => void): () => void {
    const alarm = { at, order: this.order++, action };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Moves on until it is stopped. Rejects if a time cannot be persisted: nobody has seen that time then. */
  async run(): Promise<void> {
    this.running = true;
    let last = performance.now();
    while (await this.isSettled()) {
      const real = performance.now();
      // Time in which the clock stood still for work does not count: it would jump afterwards.
      const paced = this.time + (Math.min(real - last, 2 * TICK_MS) / 1000) * this.speed;
      last = real;
      const steps = this.steps.splice(0);
      this.moveTo(steps.length > 0 ? this.nextAlarm() : Math.min(paced, this.nextAlarm()));
      this.fireDue();
      if (steps.length > 0) this.endSteps(steps);
      await new Promise((resume) =>
        this.speed === Infinity ? setImmediate(resume) : setTimeout(resume, TICK_MS),
      );
    }
  }

  /** While it runs: jumps to the next alarm, whatever the speed. Resolves when all that this has caused is done. */
  step(): Promise<void> {
    return new Promise((resolve) => this.steps.push(resolve));
  }

  /** Jumps from alarm to alarm up to `time` (included), and resolves when all that this has caused is done. */
  async advanceTo(time: number): Promise<void> {
    this.running = true;
    while (await this.isSettled()) {
      const next = this.nextAlarm();
      if (next > time && this.time >= time) return;
      this.moveTo(Math.min(next, time));
      this.fireDue();
    }
  }

  stop(): void {
    this.running = false;
  }

  private async endSteps(steps: readonly (() => void)[]): Promise<void> {
    await this.options.inFlight.settled();
    for (const step of steps) step();
  }

  /** Waits until nothing is in flight. False if the clock has been stopped meanwhile. */
  private async isSettled(): Promise<boolean> {
    await this.options.inFlight.settled();
    return this.running;
  }

  private nextAlarm(): number {
    let next = Infinity;
    for (const { at } of this.alarms) next = Math.min(next, at);
    return next;
  }

  private moveTo(time: number): void {
    if (!Number.isFinite(time) || time <= this.time) return;
    this.options.persist(time);
    this.time = time;
  }

  private fireDue(): void {
    const due = [...this.alarms].filter(({ at }) => at <= this.time);
    due.sort((a, b) => a.at - b.at || a.order - b.order);
    for (const alarm of due) {
      // An earlier action of this step may have cancelled it.
      if (this.alarms.delete(alarm)) alarm.action();
    }
  }
}
