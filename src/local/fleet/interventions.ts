import { randomUUID } from 'node:crypto';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import type { SubscriptionStatus, SubscriptionTier } from '../../core/workspace-row.ts';
import type { Stack } from '../stack.ts';
import { bill, post } from './outside.ts';

/** Speeds that a person may want to look at a fleet with, fleet seconds per second. */
const SPEEDS = [0, 600, 3_600, 21_600, 86_400, 432_000];
/** Most alarms change nothing that can be seen, e.g. the backstop's; after so many in a row nothing will. */
const MOST_ALARMS = 500;

export interface InterventionOptions {
  /** The fleet's first second; undefined without a sample fleet. */
  start: number | undefined;
  /** Counts what has happened to the workspaces so far. */
  happened: () => number;
  /** Somebody has changed the fleet by hand. */
  onIntervention: () => void;
}

/** What a person who looks at the fleet may do to it, from outside: as its users and its billing would. */
export class Interventions {
  readonly start: number | undefined;
  readonly speeds: readonly number[];
  private readonly stack: Stack;
  private readonly options: InterventionOptions;

  constructor(stack: Stack, options: InterventionOptions) {
    this.stack = stack;
    this.options = options;
    this.start = options.start;
    const { pace } = stack;
    const own = pace && Number.isFinite(pace.speed) ? [pace.speed] : [];
    this.speeds = pace ? [...new Set([...SPEEDS, ...own])].sort((a, b) => a - b) : [];
  }

  speed(): number {
    return this.stack.pace?.speed ?? 1;
  }

  /** Without a pace of its own time cannot be changed. */
  setSpeed(speed: number): void {
    if (this.stack.pace) this.stack.pace.speed = speed;
  }

  /** Jumps from alarm to alarm until something has happened to a workspace. */
  async step(): Promise<void> {
    const before = this.options.happened();
    for (let alarms = 0; alarms < MOST_ALARMS && this.options.happened() === before; alarms += 1)
      await this.stack.pace?.step();
  }

  /** Throws BadInputError where that is refused. */
  async reportActivity({ clientId, userId }: WorkspaceKey): Promise<void> {
    const lastActivity = Math.floor(this.stack.clock.now());
    this.options.onIntervention();
    await post(this.stack, '/workspaces/activity', JSON.stringify({ clientId, userId, lastActivity }));
  }

  /** Throws BadInputError where that is refused. */
  async setSubscription(clientId: string, status: SubscriptionStatus, tier: SubscriptionTier): Promise<void> {
    const at = Math.floor(this.stack.clock.now());
    this.options.onIntervention();
    await bill(this.stack, { at, clientId, status, tier, id: `msg_${randomUUID()}` });
  }
}
