/** Lets so many run at the same time; the others wait in the order in which they came. */
export class WaitingLine {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(places: number) {
    this.free = places;
  }

  async inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((called) => this.waiting.push(called));
    else this.free -= 1;
    try {
      return await run();
    } finally {
      // A place goes from one to the next, and is free only where nobody waits for it.
      const next = this.waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}
