import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { EventQueue } from '../../simulation/engine/event-queue.ts';

interface Due {
  key: WorkspaceKey;
  /** Epoch seconds. */
  at: number;
}

/**
 * When each workspace is due, the earliest first. It stands for looking at all of them: whoever looks at `now` sees exactly
 * those whose second has come, and this finds them without the others.
 */
export class DueList {
  private readonly queue = new EventQueue();
  private readonly known = new Map<string, Due>();

  /** `at` undefined: never. */
  set({ clientId, userId }: WorkspaceKey, at: number | undefined): void {
    const name = `${clientId}\u0000${userId}`;
    if (this.known.get(name)?.at === at) return;
    if (at === undefined) {
      this.known.delete(name);
      return;
    }
    const due = { key: { clientId, userId }, at };
    this.known.set(name, due);
    this.queue.plan(at, () => this.found(name, due));
  }

  /** Those that are due by `now`; each is returned once, until it is set anew. */
  take(now: number): WorkspaceKey[] {
    this.taken = [];
    while (this.queue.next() <= now) this.queue.take()?.action?.();
    return this.taken;
  }

  private taken: WorkspaceKey[] = [];

  private found(name: string, due: Due): void {
    if (this.known.get(name) !== due) return;
    this.known.delete(name);
    this.taken.push(due.key);
  }
}
