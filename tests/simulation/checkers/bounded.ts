import { parseControl } from '../../../src/core/control.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { newLoss } from './oracle.ts';

const HOUR_SECONDS = 3_600;
/** Between the count and the claim lie some calls, and clocks differ. */
const BORDER_SECONDS = 60;

/** Promise 6: in no hour are more workspaces cleaned up than the largest budget that was set in it. */
export function bounded(world: World): Checker {
  const claims = new Map<string, number>();
  const budgets = new Map<string, number>();
  const hourAt = (at: number) => Math.floor(at / HOUR_SECONDS);
  const room = (loss: string, hour: number) =>
    (budgets.get(`${loss} ${hour}`) ?? budgetNow(world, loss)) - (claims.get(`${loss} ${hour}`) ?? 0);
  return {
    called() {
      const hour = hourAt(world.simulation.now);
      for (const loss of ['archive', 'terminate']) {
        for (const near of [hour, hour + 1]) {
          const name = `${loss} ${near}`;
          budgets.set(name, Math.max(budgets.get(name) ?? 0, budgetNow(world, loss)));
        }
      }
    },
    committed({ key, before, after, by }) {
      const claim = newLoss(before, after);
      const former = before?.claim as Claim | undefined;
      if (claim === undefined || by === undefined || former?.step === 'delete-files') return;
      // It goes on, or goes back: that has been counted.
      const hour = hourAt(claim.decidedAt);
      if (former?.action === claim.action && hourAt(former.decidedAt) === hour) return;
      const before_ = hourAt(claim.decidedAt - BORDER_SECONDS);
      const counted = room(claim.action, before_) > 0 ? before_ : hour;
      if (room(claim.action, counted) <= 0)
        world.violate('bounded', `${showKey(key)} is one too many to ${claim.action} in the hour ${counted}`);
      const name = `${claim.action} ${counted}`;
      claims.set(name, (claims.get(name) ?? 0) + 1);
    },
  };
}

function budgetNow(world: World, loss: string): number {
  const parsed = parseControl(world.control.item);
  const set = parsed.kind === 'valid' ? parsed.control.budgets : {};
  const { budgets } = world.story.safety;
  return loss === 'archive' ? (set.archive ?? budgets.archive) : (set.terminate ?? budgets.terminate);
}
