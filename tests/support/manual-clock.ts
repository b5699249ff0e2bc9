import type { LocalClock } from '../../src/local/time/clock.ts';

/** A clock that a test moves by hand. Alarms ring in the order of their times, each at its own time. */
export class ManualClock implements LocalClock {
  private time: number;
  private alarms: { at: number; action: () => void }[] = [];

  constructor(time: number) {
    this.time = time;
  }

  now(): number {
    return this.time;
  }

  wakeAt(at: number, action: () => void): () => void {
    const alarm = { at, action };
    this.alarms.push(alarm);
    return () => {
      this.alarms = this.alarms.filter((other) => other !== alarm);
    };
  }

  /** Moves on to `time`, ringing what is due on the way. What rings may set further alarms. */
  moveTo(time: number): void {
    for (;;) {
      const due = this.alarms.filter(({ at }) => at <= time).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.alarms = this.alarms.filter((other) => other !== due);
      this.time = Math.max(this.time, due.at);
      due.action();
    }
    this.time = time;
  }

  stop(): void {
    this.alarms = [];
  }
}
