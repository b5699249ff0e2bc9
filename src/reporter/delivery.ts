import type { Report } from './session.ts';
import type { Time } from './time.ts';

/** What came of sending a report. */
export type Sent =
  | { kind: 'taken' }
  /** It is no use to send this again, nor anything else for now: say why. */
  | { kind: 'refused'; reason: string }
  /** It may be taken later; `afterSeconds` if the other side has said when. */
  | { kind: 'later'; reason: string; afterSeconds?: number | undefined };

export interface Way {
  send(report: Report): Promise<Sent>;
}

export interface DeliveryOptions {
  way: Way;
  time: Time;
  /** A line for people. */
  say(line: string): void;
}

/** The first wait, in milliseconds; each is twice the one before, up to the longest, and shortened by chance. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * Takes reports and gets them there, one at a time. What has not got there yet is one report, with the newest of each: so a
 * reporter that cannot reach anybody for a week remembers as much as one that cannot for a second.
 */
export class Delivery {
  private readonly options: DeliveryOptions;
  private waiting: Report | undefined;
  private sending: Promise<void> | undefined;
  private failures = 0;
  private lastSaid = '';
  private cancelWait: (() => void) | undefined;

  constructor(options: DeliveryOptions) {
    this.options = options;
  }

  /** Takes a report. Never throws, and never waits. */
  take(report: Report): void {
    this.waiting = newestOf(this.waiting, report);
    this.begin();
  }

  /** True while something has not got there. */
  get isBehind(): boolean {
    return this.waiting !== undefined || this.sending !== undefined;
  }

  /** Tries once more, now, and then no more. */
  async close(): Promise<void> {
    this.stopWaiting();
    this.begin();
    while (this.sending) await this.sending;
    this.stopWaiting();
  }

  private stopWaiting(): void {
    this.cancelWait?.();
    this.cancelWait = undefined;
  }

  private begin(): void {
    if (this.sending || this.cancelWait || this.waiting === undefined) return;
    const report = this.waiting;
    this.waiting = undefined;
    this.sending = this.send(report).finally(() => {
      this.sending = undefined;
      this.begin();
    });
  }

  private async send(report: Report): Promise<void> {
    const { way } = this.options;
    const sent = await way
      .send(this.notOfTheFuture(report))
      .catch((error: unknown): Sent => ({ kind: 'later', reason: String(error) }));
    if (sent.kind === 'taken') {
      if (this.failures > 0) this.say('reports are taken again');
      this.failures = 0;
      return;
    }
    this.say(sent.reason);
    if (sent.kind === 'refused') return;
    // What has come meanwhile is newer.
    this.waiting = newestOf(report, this.waiting ?? {});
    this.wait(sent.afterSeconds);
  }

  /** The clock may have been set back since. */
  private notOfTheFuture(report: Report): Report {
    const { lastActivity } = report;
    if (lastActivity === undefined) return report;
    return { ...report, lastActivity: Math.min(lastActivity, Math.floor(this.options.time.now() / 1_000)) };
  }

  private wait(afterSeconds: number | undefined): void {
    const { time } = this.options;
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.failures += 1;
    const asked = Math.min((afterSeconds ?? 0) * 1_000, LONGEST_WAIT_MS);
    const milliseconds = Math.max(asked, longest / 2 + (time.random() * longest) / 2);
    this.cancelWait = time.after(milliseconds, () => {
      this.cancelWait = undefined;
      this.begin();
    });
  }

  /** Once for each thing that happens, and not once for each try. */
  private say(line: string): void {
    if (line === this.lastSaid) return;
    this.lastSaid = line;
    this.options.say(line);
  }
}

/** Of both what was said last; activity never goes back. */
function newestOf(older: Report | undefined, newer: Report): Report {
  if (older === undefined) return newer;
  const lastActivity = Math.max(older.lastActivity ?? 0, newer.lastActivity ?? 0);
  return { ...older, ...newer, ...(lastActivity > 0 && { lastActivity }) };
}
