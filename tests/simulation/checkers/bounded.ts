import { SYSTEM } from '../../../src/core/history.ts';
import { showKey } from '../../../src/core/workspace-key.ts';
import type { Claim } from '../../../src/core/workspace-row.ts';
import type { World } from '../world.ts';
import type { Checker } from './checker.ts';
import { newLoss } from './oracle.ts';
import { budgetNow, mayBeTaken } from './permission.ts';

const PROMISE = 'bounded';
const HOUR_SECONDS = 3_600;
/** Between the count and the claim lie some calls, slow ones too, and clocks differ. */
const BORDER_SECONDS = 400;
const LOSSES = ['archive', 'terminate'] as const;

/**
 * Promise 6: in no hour are more workspaces cleaned up than the largest budget that was set in it, in all and of one client;
 * and when too many have to wait, the system pauses itself.
 */
export function bounded(world: World): Checker {
  const claims = new Map<string, number>();
  const budgets = new Map<string, number>();
  const { percentPerClient, pauseAtPutOff } = world.story.safety;
  const hasRoom = (loss: 'archive' | 'terminate', clientId: string, hour: number) => {
    // A clock that is behind may count in an hour in which nothing else has happened.
    const budget = budgets.get(`${loss} ${hour}`) ?? budgetNow(world, loss);
    const ofClient = Math.ceil((budget * percentPerClient) / 100);
    return (
      (claims.get(`${loss} ${hour}`) ?? 0) < budget &&
      (claims.get(`${loss} ${hour} ${clientId}`) ?? 0) < ofClient
    );
  };
  /** In these hours somebody else had paused everything, or nobody understood the brakes. */
  const pausedHours = new Set<number>();
  const count = (name: string) => claims.set(name, (claims.get(name) ?? 0) + 1);
  return {
    called() {
      const hour = hourAt(world.simulation.now);
      if (world.story.clients.every((clientId) => !mayBeTaken(world, clientId))) pausedHours.add(hour);
      for (const loss of LOSSES) {
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
      const { action } = claim;
      const hours = [hourAt(claim.decidedAt - BORDER_SECONDS), hour];
      const counted = hours.find((one) => hasRoom(action, key.clientId, one));
      if (counted === undefined)
        world.violate(PROMISE, `${showKey(key)} is one too many to ${action} in the hour ${hour}`);
      count(`${action} ${counted ?? hour}`);
      count(`${action} ${counted ?? hour} ${key.clientId}`);
    },
    over() {
      const pauses = world.history.of(SYSTEM).filter(({ what }) => what === 'paused');
      for (const [name, number] of putOffByHour(world)) {
        const [loss, hour] = name.split(' ') as ['archive' | 'terminate', string];
        const isPaused =
          pausedHours.has(Number(hour)) ||
          pauses.some(({ at }) => at < (Number(hour) + 1) * HOUR_SECONDS + BORDER_SECONDS);
        if (number > pauseAtPutOff[loss] && !isPaused)
          world.violate(
            PROMISE,
            `${number} were put off in the hour ${hour} to ${loss}, and nothing was paused`,
          );
      }
    },
  };
}

function hourAt(at: number): number {
  return Math.floor(at / HOUR_SECONDS);
}

/** How many had to wait, by loss and hour. What has waited for something else before, a pause say, comes as no surprise. */
function putOffByHour(world: World): Map<string, number> {
  const putOff = new Map<string, number>();
  for (const key of world.story.workspaces) {
    const known = new Set<string>();
    for (const { what, heldBackBy, matter, deadline, at } of world.history.of(showKey(key))) {
      if (what !== 'held-back' || at >= world.chaosEnd) continue;
      const isNew = !known.has(`${matter} ${deadline}`);
      known.add(`${matter} ${deadline}`);
      const name = `${matter} ${hourAt(at)}`;
      if (isNew && heldBackBy === 'budget') putOff.set(name, (putOff.get(name) ?? 0) + 1);
    }
  }
  return putOff;
}
