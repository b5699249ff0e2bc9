import type { WorkspaceKey } from '../../core/workspace-key.ts';
import type { SubscriptionStatus, SubscriptionTier } from '../../core/workspace-row.ts';

/** What can be done with a fleet that is there to be looked at: the local stack gives it to the console. */
export interface SampleControls {
  /** The fleet's first second, epoch seconds; undefined without a sample fleet. */
  readonly start: number | undefined;
  /** Speeds to choose from, fleet seconds per second; 0 stands still. Empty where time passes as it does. */
  readonly speeds: readonly number[];
  /** Fleet seconds per second. */
  speed(): number;
  setSpeed(speed: number): void;
  /** Jumps to the next thing that happens to a workspace. */
  step(): Promise<void>;
  /** Its user works in it now. Throws BadInputError where that is refused. */
  reportActivity(key: WorkspaceKey): Promise<void>;
  /** What billing says of a client from now on. Throws BadInputError where that is refused. */
  setSubscription(clientId: string, status: SubscriptionStatus, tier: SubscriptionTier): Promise<void>;
}
