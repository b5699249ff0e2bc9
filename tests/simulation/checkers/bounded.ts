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
  const claims: Counted[] = [];
  const budgets = new Map<string, number>();
  const { percentPerClient, pauseAtPutOff } = world.story.safety;
  // A clock that is behind may count in an hour in which nothing else has happened.
  const budgetIn = (loss: Loss, hour: number) => budgets.get(`${loss} ${hour}`) ?? budgetNow(world, loss);
  const shareIn = (loss: Loss, hour: number) => Math.ceil((budgetIn(loss, hour) * percentPerClient) / 100);
  /** In these hours somebody else had paused everything, or nobody understood the brakes. */
  const pausedHours = new Set<number>();
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
      const { action: loss } = claim;
      claims.push({ loss, clientId: key.clientId, hours: [hour, hourAt(claim.decidedAt - BORDER_SECONDS)] });
      const near = claims.filter((one) => one.loss === loss && Math.max(...one.hours) >= hour - 2);
      const ofClient = near.filter(({ clientId }) => clientId === key.clientId);
      if (!fits(near, (at) => budgetIn(loss, at)) || !fits(ofClient, (at) => shareIn(loss, at)))
        world.violate(PROMISE, `${showKey(key)} is one too many to ${loss} in the hour ${hour}`);
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

type Loss = (typeof LOSSES)[number];

/** Something that was taken, and the hours in which it may have been counted: the borders are not sharp. */
interface Counted {
  loss: Loss;
  clientId: string;
  hours: number[];
}

/** Whether each can be counted in one of its hours, with no hour over its room: by making others give way (Kuhn). */
function fits(counted: readonly Counted[], roomIn: (hour: number) => number): boolean {
  const taken = new Map<number, Counted[]>();
  const place = (one: Counted, tried: Set<number>): boolean =>
    one.hours.some((hour) => {
      if (tried.has(hour)) return false;
      tried.add(hour);
      const there = taken.get(hour) ?? [];
      taken.set(hour, there);
      if (there.length < roomIn(hour)) return there.push(one) > 0;
      const index = there.findIndex((other) => place(other, tried));
      if (index < 0) return false;
      there[index] = one;
      return true;
    });
  return counted.every((one) => place(one, new Set()));
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
