/**
 * Counts the work that the local stack has begun and not ended: stream records not yet handled,
 * invocations, writes on their way through the endpoint. The fleet's clock stands still while there is any,
 * so that a run at a day per second is as exact as one in real time.
 */
export class InFlight {
  private count = 0;
  private waiting: (() => void)[] = [];

  /** Marks one piece of work as begun. Call the returned function once, when it has ended. */
  begin(): () => void {
    this.count += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      this.count -= 1;
      if (this.count > 0) return;
      const waiting = this.waiting;
      this.waiting = [];
      for (const resume of waiting) resume();
    };
  }

  /** Runs `work` as one piece of work, whether it succeeds or throws. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const end = this.begin();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Resolves when nothing is in flight; at once if nothing is now. */
  async settled(): Promise<void> {
    while (this.count > 0) await new Promise<void>((resume) => this.waiting.push(resume));
  }
}
