import type { Time } from './time.ts';

/** Looks now, and again so many milliseconds after each look has ended, until the returned function is called. */
export function repeat(time: Time, everyMs: number, look: () => Promise<void>): () => void {
  let cancel = () => {};
  let isStopped = false;
  const lookAndPlan = () => {
    void look().finally(() => {
      if (!isStopped) cancel = time.after(everyMs, lookAndPlan);
    });
  };
  lookAndPlan();
  return () => {
    isStopped = true;
    cancel();
  };
}
