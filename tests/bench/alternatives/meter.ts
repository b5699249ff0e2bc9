/** What is counted, each in its own unit. */
export type Counted =
  | 'reports'
  | 'readUnits'
  | 'writeUnits'
  | 'schedulerCalls'
  /** Schedules that fired, which is what Scheduler charges for. */
  | 'schedulerInvocations'
  | 'lambdaCalls'
  | 'lambdaMs'
  | 'streamRecords';

const NOTHING: Record<Counted, number> = {
  reports: 0,
  readUnits: 0,
  writeUnits: 0,
  schedulerCalls: 0,
  schedulerInvocations: 0,
  lambdaCalls: 0,
  lambdaMs: 0,
  streamRecords: 0,
};

/** Adds up what was called and used, in all and by the second. */
export class Meter {
  readonly totals = { ...NOTHING };
  /** The most of each in one second. */
  readonly peaks = { ...NOTHING };
  private second = { ...NOTHING };
  private secondIs = Number.NEGATIVE_INFINITY;

  /** `now` in epoch seconds; it never runs backwards. */
  count(what: Counted, amount: number, now: number): void {
    const second = Math.floor(now);
    if (second !== this.secondIs) {
      this.secondIs = second;
      this.second = { ...NOTHING };
    }
    this.totals[what] += amount;
    this.second[what] += amount;
    if (this.second[what] > this.peaks[what]) this.peaks[what] = this.second[what];
  }

  /** What happened often and evenly: `times` times the same amount, each within a second of its own. */
  countEvenly(what: Counted, amount: number, times: number): void {
    this.addEvenly(what, amount, times);
    if (times > 0) this.peak(what, amount);
  }

  /** The same, each over longer than a second. */
  addEvenly(what: Counted, amount: number, times: number): void {
    this.totals[what] += amount * Math.max(0, times);
  }

  /** There was a second with so much of it. */
  peak(what: Counted, amount: number): void {
    if (amount > this.peaks[what]) this.peaks[what] = amount;
  }
}
