import { type Control, noteLimits, type Safety } from '../../core/control.ts';
import type { Policy } from '../../core/policy.ts';

/**
 * The policy with the limits before it, as the deadline handler will have them at its first wake-up under it: where
 * `CleanupControl` knows of others, they have been those before until `now` (epoch seconds).
 */
export function rulesAsOf(policy: Policy, control: Control, safety: Safety, now: number): Policy {
  const noted = noteLimits(control, policy, safety, now);
  return { ...policy, former: noted?.former ?? control.former };
}
