import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { newLoss } from './oracle.ts';

/** Clocks of the two handlers may differ by this, and times are whole seconds. */
const SKEW_SECONDS = 5;

/** Nobody loses files without having been told of this very loss, a day before at least. */
export function toldFirst(world: World): Checker {
  return {
    committed({ key, before, after, by }) {
      const claim = newLoss(before, after);
      if (by === undefined || claim?.action !== 'terminate') return;
      if ((before?.claim as Claim | undefined)?.step === 'delete-files') return;
      const latest = claim.decidedAt - by.deployment.policy.notice.minimumTerminate + SKEW_SECONDS;
      const told = world.history
        .of(showKey(key))
        .findLast(
          ({ what, loss, inputs }) =>
            what === 'expiring' &&
            loss === 'terminate' &&
            inputs?.lastActivity === before?.lastActivity &&
            inputs?.subscriptionEventAt === before?.subscriptionEventAt,
        );
      if (told !== undefined && told.at <= latest) return;
      world.violate('told first', `${showKey(key)} is terminated at ${claim.decidedAt}, told at ${told?.at}`);
    },
  };
}
