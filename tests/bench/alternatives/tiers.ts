import type { SubscriptionTier } from '../../../src/core/workspace-row.ts';
import { FLEET } from '../../../src/deploy/cost/fleet.ts';

/** The tier of the client at this place, from 0 (included) to 1 (excluded), as docs/cost.md has them. */
export function tierAt(place: number): SubscriptionTier {
  if (place < FLEET.tiers.free.share) return 'free';
  return place < FLEET.tiers.free.share + FLEET.tiers.pro.share ? 'pro' : 'enterprise';
}
