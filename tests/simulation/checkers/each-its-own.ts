import { showKey } from '../../../src/core/workspace-key.ts';
import type { Item } from '../../support/memory/table.ts';
import type { Commit, World } from '../world.ts';
import type { Checker } from './checker.ts';
import { isUnderstood, verdictOn } from './oracle.ts';

const PROMISE = 'each its own';

/** Who may change what of a row: calls of ours by name, `write` for whoever else has the table. */
const OWNERS: Record<string, readonly string[]> = {
  lastActivity: ['workspaces.recordActivity', 'workspaces.recordReturn', 'last words'],
  retentionDays: [],
  hold: ['workspaces.keep'],
  extension: ['workspaces.keep'],
  requested: ['workspaces.request', 'workspaces.keep', 'workspaces.recordReturn'],
  subscriptionStatus: ['workspaces.carrySubscription'],
  subscriptionTier: ['workspaces.carrySubscription'],
  subscriptionEventAt: ['workspaces.carrySubscription'],
  efsAccessPoint: ['workspaces.finish'],
};

/** What people and billing have said stays as they said it until they say something else. */
export function eachItsOwn(world: World): Checker {
  return {
    committed(commit) {
      const { key, before, after, call } = commit;
      if (before === undefined || after === undefined || call === 'write') return;
      for (const why of [
        ...takenOver(before, after, call),
        keptOtherwise(commit, world),
        givenBack(commit, world),
      ])
        if (why !== undefined) world.violate(PROMISE, `${showKey(key)}: ${why}`);
    },
    rested(key) {
      const running = world.tasks.running(key);
      if (running.length > 1) world.violate(PROMISE, `${showKey(key)} has ${running.length} containers`);
    },
    recovered() {
      for (const [client, said] of world.billed) {
        const account = JSON.stringify(world.accountItems.get({ clientId: client }));
        const newest = Math.max(...said.filter(({ isKnown }) => isKnown).map(({ at }) => at));
        const possible = said.filter(({ at }) => at >= newest);
        const isOne = possible.some(({ status, tier }) =>
          account?.includes(`"status":"${status}","tier":"${tier}"`),
        );
        if (possible.length > 0 && !isOne)
          world.violate(PROMISE, `billing said ${JSON.stringify(possible)}, the account is ${account}`);
      }
    },
  };
}

function takenOver(before: Item, after: Item, call: string): string[] {
  return Object.entries(OWNERS)
    .filter(
      ([name, owners]) =>
        JSON.stringify(before[name]) !== JSON.stringify(after[name]) && !owners.includes(call),
    )
    .map(([name]) => `${call} changes ${name}`);
}

/** Of hold and extension what was asked for, and not what is to be had. */
function keptOtherwise({ after, call, by }: Commit, world: World): string | undefined {
  const asked = world.asked.get(by?.name.replace(/\.\d+$/, '') ?? '') ?? {};
  const kept: Record<string, unknown> = keptBy(after ?? {});
  if (call !== 'workspaces.keep' || Object.entries(asked).every(([name, end]) => kept[name] === end))
    return undefined;
  return `is kept ${JSON.stringify(kept)}, not ${JSON.stringify(asked)}`;
}

/** Who has not paid for longer than the grace gets nothing back. A clock that is behind may not have seen it yet. */
function givenBack({ before, call, by }: Commit, world: World): string | undefined {
  const { now } = world.simulation;
  if (call !== 'workspaces.recordReturn' || !isUnderstood(before, now) || by === undefined) return undefined;
  const rules = [now, now - 5].map((at) => verdictOn(before, by.deployment.policy, at).rule);
  const isRefused = rules.every((rule) => rule.startsWith('subscription-'));
  return isRefused ? `is given back, and the rules say ${rules[0]}` : undefined;
}

/** The ends of what keeps a workspace. */
function keptBy({ hold, extension }: Record<string, unknown>) {
  return { hold: endOf(hold), extension: endOf(extension) };
}

function endOf(keeping: unknown): number | 'open' | undefined {
  return keeping === undefined ? undefined : ((keeping as { until?: number }).until ?? 'open');
}
