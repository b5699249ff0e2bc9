import { type Event, EventQueue } from './event-queue.ts';

/**
 * Time, as a line of events: nothing happens between two of them. Code that waits for something waits for an event, so one
 * thread runs everything, in an order that the events alone decide.
 */
export class Simulation {
  /** Epoch seconds, the true time that no clock in the world quite has. */
  now: number;
  /** How many events have happened. */
  events = 0;
  private readonly queue = new EventQueue();

  constructor(start: number) {
    this.now = start;
  }

  /** Plans an event; one that is planned for the past happens next. Set its `action` to undefined to call it off. */
  at(at: number, action: () => void): Event {
    return this.queue.plan(Math.max(at, this.now), action);
  }

  after(seconds: number, action: () => void): Event {
    return this.at(this.now + seconds, action);
  }

  /** Resolves after so many seconds. */
  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.after(seconds, resolve));
  }

  /** Lets everything happen up to `end` (included); stops early, after any event, once `enough` says so. */
  async run(end: number, enough: () => boolean = () => false): Promise<void> {
    while (this.queue.next() <= end && !enough()) {
      const event = this.queue.take();
      if (event?.action === undefined) continue;
      this.now = event.at;
      this.events += 1;
      event.action();
      await allThatFollows();
    }
    if (!enough()) this.now = end;
  }
}

/** Resolves when all code that could run has run, and only waits for further events. */
function allThatFollows(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
