import { RetryableError } from '../../../src/core/errors.ts';
import { CLOCK_SKEW_SECONDS } from '../../../src/core/wake-up.ts';
import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Clock, Timers } from '../../../src/ports.ts';

export interface WakeUp {
  key: WorkspaceKey;
  /** Epoch seconds. */
  at: number;
}

/** One-shot wake-ups that fire when the test takes them. As in Scheduler, a name is never used twice. */
export class MemoryTimers implements Timers {
  private readonly clock: Pick<Clock, 'now'>;
  private readonly waiting = new Map<string, WakeUp>();
  private readonly names = new Set<string>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  async arm({ clientId, userId }: WorkspaceKey, at: number): Promise<void> {
    const key = { clientId, userId };
    if (!Number.isInteger(at) || at <= this.clock.now())
      throw new Error(
        `a schedule for ${at} is refused at ${this.clock.now()}, expected a second that lies ahead`,
      );
    const name = `${at}-${showKey(key)}`;
    if (this.names.has(name)) {
      if (at > this.clock.now() + CLOCK_SKEW_SECONDS) return;
      throw new RetryableError(`the schedule ${name} may have fired already`);
    }
    this.names.add(name);
    this.waiting.set(name, { key, at });
  }

  /** Those that have not fired, the earliest first. */
  pending(): WakeUp[] {
    return [...this.waiting.values()].sort((a, b) => a.at - b.at);
  }

  /** Seconds for which a workspace has wake-ups that have not fired, ascending. */
  pendingOf(key: WorkspaceKey): number[] {
    return this.pending()
      .filter((wakeUp) => showKey(wakeUp.key) === showKey(key))
      .map(({ at }) => at);
  }

  /** Those whose time has come fire now: they are returned, and pending no longer. */
  takeDue(): WakeUp[] {
    const due = this.pending().filter(({ at }) => at <= this.clock.now());
    for (const { key, at } of due) this.waiting.delete(`${at}-${showKey(key)}`);
    return due;
  }
}
