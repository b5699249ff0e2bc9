import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Event } from '../../simulation/engine/event-queue.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Cloud } from './cloud.ts';
import { CALL_MS } from './durations.ts';

/** Scheduler promises to fire within so many seconds. We take it by its word: every second of them is as likely. */
export const LATEST_SECONDS = 60;
const SEED = 20_261_128;

/** EventBridge Scheduler: calls are counted, and schedules fire up to a minute late. */
export class Scheduler {
  private readonly cloud: Cloud;
  private readonly fire: (key: WorkspaceKey) => void;
  private readonly random = seededRandom(SEED);
  private readonly named = new Map<string, Event>();

  constructor(cloud: Cloud, fire: (key: WorkspaceKey) => void) {
    this.cloud = cloud;
    this.fire = fire;
  }

  /** A new schedule, of a name of its own. `at` in whole epoch seconds, in the future. */
  create(key: WorkspaceKey, at: number): Promise<unknown> {
    return this.call(() => void this.plan(key, at));
  }

  /** Whether the workspace's one schedule is there. */
  has(key: WorkspaceKey): boolean {
    return this.named.has(showKey(key));
  }

  /** The workspace's one schedule, made or moved. */
  set(key: WorkspaceKey, at: number): Promise<unknown> {
    return this.call(() => this.place(key, at));
  }

  /** The same without a call: it has been there before the time that is measured. */
  place(key: WorkspaceKey, at: number): void {
    this.forget(key);
    const event = this.plan(key, at, () => void this.named.delete(showKey(key)));
    this.named.set(showKey(key), event);
  }

  /** One that is not there is an error, and a call all the same. */
  tryUpdate(): Promise<unknown> {
    return this.call(() => {});
  }

  delete(key: WorkspaceKey): Promise<unknown> {
    return this.call(() => this.forget(key));
  }

  private forget(key: WorkspaceKey): void {
    const event = this.named.get(showKey(key));
    if (event) event.action = undefined;
    this.named.delete(showKey(key));
  }

  private call(effect: () => void): Promise<unknown> {
    this.cloud.meter.count('schedulerCalls', 1, this.cloud.now);
    return this.cloud.call(CALL_MS.scheduler, effect);
  }

  /** One that is pending since before the time that is measured. */
  plan(key: WorkspaceKey, at: number, fired: () => void = () => {}): Event {
    if (!Number.isInteger(at)) throw new Error(`a schedule is for ${at}, expected whole epoch seconds`);
    return this.cloud.simulation.at(at + this.random() * LATEST_SECONDS, () => {
      this.cloud.meter.count('schedulerInvocations', 1, this.cloud.now);
      fired();
      this.fire(key);
    });
  }
}
