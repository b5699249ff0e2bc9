import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** For real processes only: asks again every 10 ms until `condition` holds, for at most 10 s. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > giveUpAt) throw new Error(`10 s have passed without this: ${what}`);
    await wait(10);
  }
}

/** Whether there is a process of this id. Where there is `/proc`, a zombie counts as gone: it runs nothing. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

/** The state is what follows the command's name, which is in parentheses and may hold some itself. */
function isZombie(pid: number): boolean {
  try {
    return /^.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
