import type { Time } from '../../src/reporter/time.ts';

interface Timer {
  at: number;
  action: () => void;
}

/** Time that passes when a test says so. Epoch milliseconds. */
export class VirtualTime implements Time {
  private current: number;
  private readonly timers = new Set<Timer>();
  /** How far the wall clock is off: set it to step the clock. Timers go by what has really passed. */
  stepMs = 0;

  constructor(now: number) {
    this.current = now;
  }

  now(): number {
    return this.current + this.stepMs;
  }

  after(milliseconds: number, action: () => void): () => void {
    const timer = { at: this.current + milliseconds, action };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  random(): number {
    return 1;
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets so much time pass, and what that causes happen. */
  async pass(milliseconds: number): Promise<void> {
    await allThatFollows();
    const end = this.current + milliseconds;
    for (let next = this.next(end); next; next = this.next(end)) {
      this.timers.delete(next);
      this.current = Math.max(this.current, next.at);
      next.action();
      await allThatFollows();
    }
    this.current = end;
    await allThatFollows();
  }

  private next(end: number): Timer | undefined {
    return [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

function allThatFollows(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
