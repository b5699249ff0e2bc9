import type { Mischief } from '../engine/mischief.ts';
import type { Outcome } from '../engine/process.ts';
import type { Random } from '../engine/random.ts';
import type { Simulation } from '../engine/simulation.ts';

export interface AsyncOptions {
  simulation: Simulation;
  mischief: Mischief;
  random: Random;
  retries: number;
  /** So many run at a time; the others wait. */
  concurrency: number;
  start(payload: string, name: string, ended: (outcome: Outcome<unknown>) => void): void;
  /** All has been tried: it lies in the dead-letter queue. */
  onGivenUp(payload: string): void;
  /** It has come to its end. */
  onEnded(payload: string): void;
}

interface Invocation {
  payload: string;
  name: string;
  attempt: number;
}

/** Lambda waits a minute before it tries again, then two. */
const RETRY_SECONDS = 60;

/** Asynchronous invocations of one function: at least once, tried again when they fail, some at a time. */
export class AsyncInvocations {
  private readonly options: AsyncOptions;
  private readonly line: Invocation[] = [];
  private readonly counts = new Map<string, number>();
  private running = 0;

  constructor(options: AsyncOptions) {
    this.options = options;
  }

  /** Takes an event, and delivers it once or twice. Returns how often. */
  accept(payload: string): number {
    const { mischief, random } = this.options;
    const number = (this.counts.get(payload) ?? 0) + 1;
    this.counts.set(payload, number);
    const name = `${payload} ${number}`;
    const chance = random.of(name);
    this.enqueue({ payload, name, attempt: 1 }, chance.between(0, 0.2));
    if (!mischief.happens('doubleDelivery', name, chance)) return 1;
    this.enqueue({ payload, name: `${name} again`, attempt: 1 }, chance.between(0, 90));
    return 2;
  }

  private enqueue(invocation: Invocation, seconds: number): void {
    this.options.simulation.after(seconds, () => {
      this.line.push(invocation);
      this.startNext();
    });
  }

  private startNext(): void {
    if (this.running >= this.options.concurrency) return;
    const next = this.line.shift();
    if (next === undefined) return;
    this.running += 1;
    this.options.start(next.payload, `${next.name}.${next.attempt}`, (outcome) => {
      this.running -= 1;
      this.settle(next, outcome);
      this.startNext();
    });
  }

  private settle(invocation: Invocation, outcome: Outcome<unknown>): void {
    const { payload, attempt } = invocation;
    const { retries, random } = this.options;
    if (outcome.kind !== 'done' && attempt <= retries) {
      const wait = RETRY_SECONDS * attempt + random.of(`${invocation.name} ${attempt}`).between(0, 10);
      this.enqueue({ ...invocation, attempt: attempt + 1 }, wait);
      return;
    }
    if (outcome.kind !== 'done') this.options.onGivenUp(payload);
    this.options.onEnded(payload);
  }
}
