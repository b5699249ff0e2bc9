import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { EventQueue } from '../../simulation/engine/event-queue.ts';
import type { Simulation } from '../../simulation/engine/simulation.ts';

interface Due {
  key: WorkspaceKey;
  /** Epoch seconds. */
  at: number;
}

export interface DueListOptions {
  simulation: Simulation;
  /** It is looked at whenever so many seconds are over, counted from the epoch. */
  periodSeconds: number;
  /** These are due by then, the earliest first; each is found once, until it is set anew. */
  found: (keys: readonly WorkspaceKey[]) => void;
}

/**
 * When each workspace is due. It stands for looking at all of them every so often: whoever looks sees exactly those whose second
 * has come, and this finds them without the others, and does not look where nobody is due.
 */
export class DueList {
  private readonly options: DueListOptions;
  private readonly queue = new EventQueue();
  private readonly known = new Map<string, Due>();
  private readonly planned = new Set<number>();
  private taken: WorkspaceKey[] = [];

  constructor(options: DueListOptions) {
    this.options = options;
  }

  /** `at` undefined: never. */
  set({ clientId, userId }: WorkspaceKey, at: number | undefined): void {
    const name = showKey({ clientId, userId });
    if (this.known.get(name)?.at === at) return;
    if (at === undefined) {
      this.known.delete(name);
      return;
    }
    const due = { key: { clientId, userId }, at };
    this.known.set(name, due);
    this.queue.plan(at, () => this.take(name, due));
    this.planLook(at);
  }

  private planLook(at: number): void {
    const { simulation, periodSeconds } = this.options;
    const look = Math.ceil(Math.max(at, simulation.now) / periodSeconds) * periodSeconds;
    if (this.planned.has(look)) return;
    this.planned.add(look);
    simulation.at(look, () => this.look(look));
  }

  private look(now: number): void {
    this.planned.delete(now);
    this.taken = [];
    while (this.queue.next() <= now) this.queue.take()?.action?.();
    this.options.found(this.taken);
  }

  private take(name: string, due: Due): void {
    if (this.known.get(name) !== due) return;
    this.known.delete(name);
    this.taken.push(due.key);
  }
}
