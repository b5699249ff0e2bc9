import type { Policy } from '../../../src/core/policy.ts';
import { workspaceChanged } from '../../../src/handlers/workspace-changed.ts';
import { DAY, NOW, OK_KEY, OK_POLICY } from '../../support/memory/ok-values.ts';
import { MemoryWorld } from '../../support/memory-world.ts';

const notice = { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY };
const before: Policy = { ...OK_POLICY, notice };
const after: Policy = { ...before, retentionDays: { ...before.retentionDays, pro: 12 } };

/** Lets the handlers live under a policy: the stream at once, wake-ups at their second. Returns how many wake-ups came. */
async function live(world: MemoryWorld, policy: Policy, until: number): Promise<number> {
  let wakeUps = 0;
  const react = () => workspaceChanged(world.rows.takeChanges(), policy, world.invocation().ports);
  await react();
  for (let next = world.timers.pending()[0]; next && next.at <= until; next = world.timers.pending()[0]) {
    world.clock.set(Math.max(next.at, world.clock.now()));
    await world.wakeDue(policy);
    wakeUps += 1;
    await react();
  }
  world.clock.set(until);
  return wakeUps;
}

test('a workspace that had longer by the limits before is not woken each minute while its notice runs', async () => {
  const world = new MemoryWorld();
  world.addWorkspace();
  await live(world, before, NOW + 20 * DAY);
  // A deployment with shorter limits; somebody arms what it brings forward.
  await world.timers.arm(OK_KEY, NOW + 20 * DAY + 60);
  const wakeUps = await live(world, after, NOW + 60 * DAY);
  expect(world.history.of('acme/ada').map(({ what, at, due }) => [what, at - NOW - 20 * DAY, due])).toEqual([
    ['expiring', 60, NOW + 21 * DAY + 60],
    ['archiving', DAY + 60, NOW + 21 * DAY + 60],
    ['archived', DAY + 60, NOW + 21 * DAY + 60],
  ]);
  // The one that announces, the one that archives, and those that were armed by the limits before.
  expect(wakeUps).toBeLessThan(8);
});
