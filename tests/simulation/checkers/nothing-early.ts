import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { Deed } from '../../support/memory/deeds.ts';
import type { Process } from '../engine/process.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { type LossClaim, newLoss, verdictOn } from './oracle.ts';

const PROMISE = 'nothing early';
/** Its clock may be ahead by two seconds, and the rest of a second is cut off. */
const MOST_AHEAD_SECONDS = 3;
const STRENGTH = { active: 0, archive: 1, terminate: 2 } as const;

/**
 * Promise 1: no destructive step unless the rules held in the very state that the claim committed, and none but under that
 * claim, while its lease runs.
 */
export function nothingEarly(world: World): Checker {
  return {
    committed({ key, before, after, by }) {
      const claim = newLoss(before, after);
      if (claim === undefined || before === undefined || by === undefined) return;
      if (claim.decidedAt > world.simulation.now + MOST_AHEAD_SECONDS)
        world.violate(PROMISE, `${showKey(key)} was decided on for ${claim.decidedAt}, which lies ahead`);
      if (goesOnWithWhatWasBegun(before.claim as Claim | undefined, claim)) return;
      const said = verdictOn(before, by.deployment.policy, claim.decidedAt);
      if (STRENGTH[said.action] >= STRENGTH[claim.action]) return;
      const rules = `the rules said ${said.action} (${said.rule}) of ${JSON.stringify(before)}`;
      world.violate(PROMISE, `${showKey(key)} is claimed to ${claim.action} at ${claim.decidedAt}, ${rules}`);
    },
    done(deed, by) {
      if (by === undefined || deed.what === 'task-started' || deed.what === 'access-given') return;
      // The image of a container may have changed: whoever starts the new one stops the old one.
      if (by.functionName !== 'deadlineReached' && deed.what === 'stop-requested') return;
      const why = whyNotUnder(deed, by);
      if (why) world.violate(PROMISE, `${deed.what} of ${showKey(deed.key)} by ${by.name} ${why}`);
    },
  };
}

function goesOnWithWhatWasBegun(former: Claim | undefined, claim: LossClaim): boolean {
  // Once files may be gone there is nothing to go back to; and what was archived before goes back to that.
  if (former?.step === 'delete-files' && claim.action === 'terminate') return true;
  return former?.origin === 'archived' && claim.action === 'archive';
}

function whyNotUnder({ claim, what, at }: Deed, by: Process): string | undefined {
  if (claim === undefined) return 'without a claim';
  if (claim.owner !== by.name) return `under the claim of ${claim.owner}`;
  if (at + by.skewSeconds >= claim.until) return `after its lease, which ended at ${claim.until}`;
  if (claim.action === 'restore') return 'while it is given back';
  if (what === 'files-deleted' && claim.action !== 'terminate') return 'to archive it';
  return undefined;
}
