/** The time that a reporter lives in, so that a test can make a day pass in a moment. */
export interface Time {
  /** Epoch milliseconds; may be set back or forth, and stands still while a machine sleeps. */
  now(): number;
  /** Calls `action` after so many milliseconds, unless the returned function is called before. Keeps no process alive. */
  after(milliseconds: number, action: () => void): () => void;
  /** From 0 (included) to 1 (not included). */
  random(): number;
}

export const REAL_TIME: Time = {
  now: () => Date.now(),
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds);
    timer.unref();
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
