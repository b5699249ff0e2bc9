import { setTimeout as delay } from 'node:timers/promises';

/** Waits `ms` of real time; resolves early, and never rejects, when `signal` aborts. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** The `Sleep` of everything but tests. */
export const sleep: Sleep = async (ms, signal) => {
  await delay(ms, undefined, { signal }).catch(() => {});
};

/** One waiter's pause, which somebody else may cut short. */
export class Pause {
  private readonly sleep: Sleep;
  private current = new AbortController();

  constructor(sleepFor: Sleep = sleep) {
    this.sleep = sleepFor;
  }

  /** Waits `ms` of real time or until `cut`. Only one `wait` at a time. */
  async wait(ms: number): Promise<void> {
    this.current = new AbortController();
    await this.sleep(ms, this.current.signal);
  }

  /** Ends the `wait` that is going on; has no effect on later ones. */
  cut(): void {
    this.current.abort();
  }
}
