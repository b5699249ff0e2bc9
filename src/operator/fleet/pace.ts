/** Real time, in seconds, whatever the fleet's clock says: a rate is one of this machine's calls. */
export interface RealTime {
  now(): number;
  wait(seconds: number): Promise<void>;
}

/** The time of this machine. */
export const REAL_TIME: RealTime = {
  now: () => performance.now() / 1_000,
  wait: (seconds) => new Promise((resume) => void setTimeout(resume, seconds * 1_000)),
};

/** Below this a wait is not worth its timer, in seconds. */
const SHORTEST_WAIT_SECONDS = 0.002;
/** What was not used for so long is not saved up, in seconds. */
const LONGEST_CREDIT_SECONDS = 0.2;

/** Keeps whoever spends to so many units a second, on average and without bursts. */
export class Pace {
  private readonly perSecond: number;
  private readonly time: RealTime;
  private freeAt = Number.NEGATIVE_INFINITY;

  constructor(perSecond: number, time: RealTime = REAL_TIME) {
    this.perSecond = perSecond;
    this.time = time;
  }

  /** Resolves when it is the caller's turn; whoever comes next waits until these units are paid for. */
  async spend(units: number): Promise<void> {
    const now = this.time.now();
    const turn = Math.max(this.freeAt, now - LONGEST_CREDIT_SECONDS);
    this.freeAt = turn + units / this.perSecond;
    if (turn - now >= SHORTEST_WAIT_SECONDS) await this.time.wait(turn - now);
  }
}
