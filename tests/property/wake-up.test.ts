import fc from 'fast-check';
import { planLifecycle, TRANSITIONS } from '../../src/core/lifecycle.ts';
import type { Policy } from '../../src/core/policy.ts';
import {
  CLOCK_SKEW_SECONDS,
  decideArming,
  MINIMUM_LEAD_SECONDS,
  nextWakeUp,
} from '../../src/core/wake-up.ts';
import type { Lifecycle, Transition, WorkspaceRow } from '../../src/core/workspace-row.ts';
import { activeRows, fractions, policies, restingRows, rows, situations } from '../support/arbitraries.ts';
import { actionByTable, candidateSeconds, endsTerminated } from '../support/brute-force-policy.ts';
import { NOW } from '../support/rows.ts';

const RUNS = { numRuns: 5_000 };

test('there is nothing to do one second before the next wake-up, and always something at it', () => {
  fc.assert(
    fc.property(situations(restingRows), fractions, ({ row, policy, now }, fraction) => {
      const at = nextWakeUp(row, policy, now + fraction);
      const plan = planLifecycle(row, policy, now + fraction);
      if (at === null || at > now + fraction) expect(plan.kind).toBe('rest');
      if (at === null) return;
      expect(planLifecycle(row, policy, at).kind).toBe('act');
      if (at - 1 >= now) expect(planLifecycle(row, policy, at - 1).kind).toBe('rest');
    }),
    RUNS,
  );
});

test('the action one second before the next wake-up of an active row is that of now, and another one at it', () => {
  fc.assert(
    fc.property(situations(activeRows), ({ row, policy, now }) => {
      const at = nextWakeUp(row, policy, now);
      const today = actionByTable(row, policy, now).action;
      if (at === null || at === now) return;
      expect(actionByTable(row, policy, at - 1).action).toBe(today);
      expect(actionByTable(row, policy, at).action).not.toBe(today);
    }),
    RUNS,
  );
});

test('a row without a wake-up never has anything to do', () => {
  fc.assert(
    fc.property(situations(rows), fc.nat({ max: 5_000_000_000 }), ({ row, policy, now }, later) => {
      if (nextWakeUp(row, policy, now) !== null) return;
      expect(planLifecycle(row, policy, now + later).kind).toBe('rest');
    }),
    RUNS,
  );
});

test('what is armed is a whole second, never later than needed and never closer than the lead', () => {
  fc.assert(
    fc.property(situations(rows), fractions, ({ row, policy, now: second }, fraction) => {
      const now = second + fraction;
      const arming = decideArming(row, policy, now);
      const wanted = nextWakeUp(row, policy, now);
      if (wanted === null) return expect(arming).toEqual({ kind: 'nothing-ahead' });
      const latest = Math.max(wanted, Math.ceil(now + MINIMUM_LEAD_SECONDS));
      const pending = arming.kind === 'arm' ? arming.at : (row.armedFor ?? Number.NaN);
      expect(pending).toBeLessThanOrEqual(latest);
      if (arming.kind === 'skip') return expect(pending).toBeGreaterThan(now + CLOCK_SKEW_SECONDS);
      expect(Number.isInteger(pending)).toBe(true);
      expect(pending).toBeGreaterThanOrEqual(now + MINIMUM_LEAD_SECONDS);
    }),
    RUNS,
  );
});

test('after arming, the same row is always left alone', () => {
  fc.assert(
    fc.property(situations(rows), fractions, ({ row, policy, now }, fraction) => {
      const arming = decideArming(row, policy, now + fraction);
      if (arming.kind !== 'arm') return;
      const armed = { ...row, armedFor: arming.at };
      expect(decideArming(armed, policy, now + fraction)).toEqual({ kind: 'skip', armedFor: arming.at });
    }),
    RUNS,
  );
});

test('a heartbeat of an armed active workspace never arms while that wake-up is ahead', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(situations(activeRows), part, part, ({ row, policy, now }, waited, used) => {
      const arming = decideArming(row, policy, now);
      if (arming.kind !== 'arm') return;
      const later = now + Math.floor(waited * (arming.at - CLOCK_SKEW_SECONDS - 1 - now));
      const lastActivity = Math.max(
        row.lastActivity,
        row.lastActivity + Math.floor(used * (later - row.lastActivity)),
      );
      const beaten = { ...row, armedFor: arming.at, lastActivity };
      expect(decideArming(beaten, policy, later).kind).not.toBe('arm');
    }),
    RUNS,
  );
});

interface Step {
  at: number;
  transition: Transition;
}

/** No row has this many turns ahead of it: two limits, a hold's end, and what follows from each. */
const MOST_STEPS = 12;

function followWakeUps(start: WorkspaceRow, policy: Policy, from: number): Step[] {
  const steps: Step[] = [];
  let row = start;
  let now: number | null = from;
  for (let count = 0; now !== null; count += 1) {
    if (count > MOST_STEPS) throw new Error(`no rest after ${JSON.stringify(steps)}`);
    const plan = planLifecycle(row, policy, now);
    if (plan.kind === 'act') {
      steps.push({ at: now, transition: plan.transition });
      row = { ...row, lifecycle: TRANSITIONS[plan.transition].after };
    }
    now = nextWakeUp(row, policy, now);
  }
  return steps;
}

const WANTED: Record<string, Partial<Record<Lifecycle, [Transition, Lifecycle]>>> = {
  active: { archived: ['restore', 'active'] },
  archive: { active: ['archive', 'archived'] },
  terminate: { active: ['terminate', 'terminated'], archived: ['terminate', 'terminated'] },
};

/** Looks at every second at which the table could turn, and does what its own small table of transitions says. */
function byBruteForce(row: WorkspaceRow, policy: Policy, from: number): Step[] {
  const steps: Step[] = [];
  let { lifecycle } = row;
  for (const at of [from, ...candidateSeconds(row, policy).filter((second) => second > from)]) {
    const { action, rule } = actionByTable(row, policy, at);
    const wanted = rule === 'held' || rule === 'extended' ? undefined : WANTED[action]?.[lifecycle];
    if (!wanted) continue;
    steps.push({ at, transition: wanted[0] });
    lifecycle = wanted[1];
  }
  return steps;
}

test('following the wake-ups always makes exactly the transitions that looking at every second makes', () => {
  fc.assert(
    fc.property(situations(restingRows), ({ row, policy, now }) => {
      expect(followWakeUps(row, policy, now)).toEqual(byBruteForce(row, policy, now));
    }),
    { numRuns: 20_000 },
  );
});

test('a row that nobody writes always comes to rest', () => {
  fc.assert(
    fc.property(activeRows, policies, (row, policy) => {
      const last = followWakeUps(row, policy, NOW).at(-1);
      const expected = endsTerminated(row) ? 'terminate' : 'archive';
      const heldForEver = row.hold !== undefined && row.hold.until === undefined;
      expect(last?.transition).toBe(heldForEver ? undefined : expected);
    }),
    RUNS,
  );
});
