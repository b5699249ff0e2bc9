import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Event } from '../../simulation/engine/event-queue.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import type { Cloud } from './cloud.ts';
import { CALL_MS } from './durations.ts';

/** Scheduler promises to fire within so many seconds. We take it by its word: every second of them is as likely. */
export const LATEST_SECONDS = 60;
const SEED = 20_261_128;

export interface SchedulerOptions {
  /** It fires within so many seconds. */
  latestSeconds: number;
  /** No more than so many in a second: what more is due waits. */
  firesPerSecond: number;
}

const USUAL: SchedulerOptions = { latestSeconds: LATEST_SECONDS, firesPerSecond: Number.POSITIVE_INFINITY };

/** EventBridge Scheduler: calls are counted, and schedules fire up to a minute late. */
export class Scheduler {
  private readonly cloud: Cloud;
  private readonly fire: (key: WorkspaceKey) => void;
  private readonly options: SchedulerOptions;
  /** When the next may fire, epoch seconds. */
  private nextTurn = 0;
  private readonly random = seededRandom(SEED);
  private readonly named = new Map<string, Event>();

  constructor(cloud: Cloud, fire: (key: WorkspaceKey) => void, options: SchedulerOptions = USUAL) {
    this.cloud = cloud;
    this.fire = fire;
    this.options = options;
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
    const { latestSeconds, firesPerSecond } = this.options;
    const { simulation, meter } = this.cloud;
    return simulation.at(at + this.random() * latestSeconds, () => {
      const turn = Math.max(simulation.now, this.nextTurn);
      this.nextTurn = turn + 1 / firesPerSecond;
      simulation.at(turn, () => {
        meter.count('schedulerInvocations', 1, simulation.now);
        fired();
        this.fire(key);
      });
    });
  }
}
