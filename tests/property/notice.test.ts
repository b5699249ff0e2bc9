import fc from 'fast-check';
import { isHeldBack, planLifecycle, TRANSITIONS } from '../../src/core/lifecycle.ts';
import { DAY_SECONDS, type NoticePeriods, type Policy } from '../../src/core/policy.ts';
import { decideArming, nextWakeUp } from '../../src/core/wake-up.ts';
import type { HeldBack, Loss, WorkspaceRow } from '../../src/core/workspace-row.ts';
import { policies, restingRows, timesAround } from '../support/arbitraries.ts';
import { actionByTable, candidateSeconds, endsTerminated } from '../support/brute-force-policy.ts';
import { NOW } from '../support/rows.ts';

const HOUR = 3_600;
const RUNS = { numRuns: 10_000 };

const hours = fc.constantFrom(0, 1, 12, 24, 72, 200).map((count) => count * HOUR);
const periods: fc.Arbitrary<NoticePeriods> = fc.record({
  archive: hours,
  terminate: hours,
  minimumTerminate: hours,
});

/** A policy with notice periods; now and then with other limits before it. */
const noticePolicies: fc.Arbitrary<Policy> = fc
  .tuple(
    policies,
    periods,
    fc.option(fc.tuple(policies, fc.integer({ min: NOW - 12 * DAY_SECONDS, max: NOW })), {
      nil: undefined,
      freq: 2,
    }),
  )
  .map(([policy, notice, before]) => {
    if (before === undefined) return { ...policy, notice };
    const [{ retentionDays, cancelledGraceDays, suspendedGraceDays }, until] = before;
    return { ...policy, notice, former: [{ retentionDays, cancelledGraceDays, suspendedGraceDays, until }] };
  });

const situations = fc
  .tuple(restingRows, noticePolicies)
  .chain(([row, policy]) => timesAround(row, policy).map((now) => ({ row, policy, now })));

interface Event {
  at: number;
  what: 'notify' | 'act';
  transition: string;
  deadline: number;
  due: number;
}

/** As the deadline handler does: every notice is noted in the row, every transition is made. */
function live(start: WorkspaceRow, policy: Policy, from: number): { events: Event[]; row: WorkspaceRow } {
  const events: Event[] = [];
  let row = start;
  let now: number | null = from;
  for (let count = 0; now !== null; count += 1) {
    if (count > 40) throw new Error(`no rest after ${JSON.stringify(events)}`);
    const plan = planLifecycle(row, policy, now);
    if (plan.kind === 'notify') {
      const { loss, deadline, due } = plan;
      events.push({ at: now, what: 'notify', transition: loss, deadline, due });
      const { subscriptionEventAt } = row;
      const notice = { deadline, at: now, ...(subscriptionEventAt !== undefined && { subscriptionEventAt }) };
      row = { ...row, notices: { ...row.notices, [loss]: notice } };
    } else if (plan.kind === 'act') {
      const { transition, verdict, due } = plan;
      events.push({ at: now, what: 'act', transition, deadline: verdict.since, due });
      row = { ...row, lifecycle: TRANSITIONS[transition].after };
    }
    now = nextWakeUp(row, policy, now);
  }
  return { events, row };
}

const acts = (events: Event[], loss: Loss) =>
  events.filter(({ what, transition }) => what === 'act' && transition === loss);
const notices = (events: Event[], loss: Loss) =>
  events.filter(({ what, transition }) => what === 'notify' && transition === loss);

test('there is nothing to do one second before the next wake-up, and always something at it', () => {
  fc.assert(
    fc.property(situations, ({ row, policy, now }) => {
      const at = nextWakeUp(row, policy, now);
      if (at === null || at > now) expect(planLifecycle(row, policy, now).kind).toBe('rest');
      if (at === null) return;
      expect(planLifecycle(row, policy, at).kind).not.toBe('rest');
      if (at - 1 >= now) expect(planLifecycle(row, policy, at - 1).kind).toBe('rest');
    }),
    RUNS,
  );
});

test('no workspace is ever terminated without a notice for that deadline, nor sooner than the minimum after it', () => {
  fc.assert(
    fc.property(situations, ({ row, policy, now }) => {
      const { events } = live(row, policy, now);
      for (const { at, deadline } of acts(events, 'terminate')) {
        expect(at).toBeGreaterThanOrEqual(deadline);
        if (policy.notice.minimumTerminate === 0) continue;
        const notice = notices(events, 'terminate').find((one) => one.deadline === deadline);
        expect(at - (notice?.at ?? at)).toBeGreaterThanOrEqual(policy.notice.minimumTerminate);
      }
    }),
    RUNS,
  );
});

test('each notice is given once, for a deadline that the table gives, and says when it will be done', () => {
  fc.assert(
    fc.property(situations, ({ row, policy, now }) => {
      const { events } = live(row, policy, now);
      for (const loss of ['archive', 'terminate'] as const) {
        const given = notices(events, loss);
        expect(new Set(given.map(({ deadline }) => deadline)).size).toBe(given.length);
        for (const { at, deadline, due } of given) {
          expect(due).toBeGreaterThanOrEqual(Math.max(at, deadline));
          expect(actionByTable(row, policy, Math.max(deadline, at)).action).toBe(loss);
          const act = acts(events, loss).find((one) => one.deadline === deadline);
          // What is terminated first is never archived.
          if (loss === 'terminate') expect(act?.at).toBe(due);
          else if (act) expect(act.at).toBe(due);
        }
      }
    }),
    RUNS,
  );
});

test('a notice that can go out in time always does: the whole period before, or half of the idle time', () => {
  fc.assert(
    fc.property(situations, ({ row, policy, now }) => {
      // What is archived and held is given back when the hold ends, and only then has a deadline ahead.
      if (row.lifecycle === 'archived' && row.hold !== undefined) return;
      const { events } = live(row, policy, now);
      for (const loss of ['archive', 'terminate'] as const) {
        for (const { at, deadline } of acts(events, loss)) {
          const lead = Math.min(policy.notice[loss], Math.floor((deadline - row.lastActivity) / 2));
          if (lead === 0 || deadline <= now) continue;
          const notice = notices(events, loss).find((one) => one.deadline === deadline);
          expect(notice?.at).toBe(Math.max(now, deadline - lead));
          expect(at).toBeGreaterThanOrEqual(deadline);
        }
      }
    }),
    RUNS,
  );
});

test('without other limits before, every archive is always made in the very second that the table gives', () => {
  fc.assert(
    fc.property(situations, ({ row, policy: { former: _, ...policy }, now }) => {
      const { events } = live(row, policy, now);
      for (const { at } of acts(events, 'archive')) {
        if (at === now) continue;
        expect(actionByTable(row, policy, at).action).toBe('archive');
        expect(actionByTable(row, policy, at - 1).action).not.toBe('archive');
      }
    }),
    RUNS,
  );
});

/** The deadline that lay ahead when the limits before these ended; undefined if none did. */
function deadlineBefore(row: WorkspaceRow, policy: Policy, loss: Loss): number | undefined {
  const [former] = policy.former ?? [];
  if (former === undefined || row.lastActivity > former.until) return undefined;
  if (actionByTable(row, former, former.until).action === loss) return undefined;
  const ahead = candidateSeconds(row, former).filter((at) => at > former.until);
  return ahead.find((at) => actionByTable(row, former, at).action === loss);
}

test('where limits were shortened, who had longer by those before always has the notice period from when it was told', () => {
  const shortened = situations.filter(({ policy }) => policy.former !== undefined);
  fc.assert(
    fc.property(shortened, ({ row, policy, now }) => {
      const from = Math.max(now, policy.former?.[0]?.until ?? now);
      const { events } = live({ ...row, lifecycle: 'active' }, policy, from);
      for (const loss of ['archive', 'terminate'] as const) {
        const before = deadlineBefore(row, policy, loss) ?? 0;
        for (const { at, deadline } of acts(events, loss).filter((act) => act.deadline < before)) {
          const notice = notices(events, loss).find((one) => one.deadline === deadline);
          const told = policy.notice[loss] === 0 ? 0 : at - (notice?.at ?? at);
          expect(told).toBeGreaterThanOrEqual(policy.notice[loss]);
        }
      }
    }),
    RUNS,
  );
});

test('a row that nobody writes always comes to rest, with notices as without', () => {
  fc.assert(
    fc.property(situations, ({ row, policy, now }) => {
      const { row: last } = live(row, policy, now);
      const heldForEver = row.hold !== undefined && row.hold.until === undefined;
      const end = endsTerminated(row) ? 'terminated' : 'archived';
      if (!heldForEver && row.lifecycle !== 'terminated') expect(last.lifecycle).toBe(end);
      expect(nextWakeUp(last, policy, NOW + 100_000 * DAY_SECONDS)).toBeNull();
    }),
    RUNS,
  );
});

test('what is left alone as armed always comes no later than it is needed', () => {
  const ahead = fc.integer({ min: 1, max: 12 * DAY_SECONDS });
  fc.assert(
    fc.property(situations, ahead, ({ row, policy, now }, seconds) => {
      const armed = { ...row, armedFor: now + seconds };
      const wanted = nextWakeUp(armed, policy, now);
      const latest = wanted === null ? Number.POSITIVE_INFINITY : Math.max(wanted, now + 60);
      if (decideArming(armed, policy, now).kind === 'skip')
        expect(armed.armedFor).toBeLessThanOrEqual(latest);
      else if (wanted !== null && seconds > 5) expect(armed.armedFor).toBeGreaterThan(latest);
    }),
    { numRuns: 20_000 },
  );
});

test('what is held back is never woken for, but for what else comes; what waits for its turn is, at its turn', () => {
  const turn = fc.option(fc.integer({ min: 1, max: 100 * HOUR }), { nil: undefined });
  fc.assert(
    fc.property(situations, turn, ({ row, policy, now }, wait) => {
      const plan = planLifecycle(row, policy, now);
      if (plan.kind === 'rest' || plan.kind === 'wait') return;
      if (plan.kind === 'act' && plan.transition === 'restore') return;
      const about =
        plan.kind === 'notify'
          ? { matter: `notify-${plan.loss}` as const, deadline: plan.deadline }
          : { matter: plan.transition as Loss, deadline: plan.verdict.since };
      const heldBack: HeldBack =
        wait === undefined
          ? { ...about, reason: 'observe', since: now }
          : { ...about, reason: 'budget', since: now, until: now + wait };
      const held = { ...row, heldBack };
      const at = nextWakeUp(held, policy, now);
      if (at === null) return expect(wait).toBeUndefined();
      expect(at).toBeGreaterThan(now);
      expect(isHeldBack(held, planLifecycle(held, policy, at), at)).toBe(false);
      if (wait !== undefined) expect(at).toBeLessThanOrEqual(now + wait);
      expect(decideArming({ ...held, armedFor: at + 60 }, policy, at).kind).not.toBe('nothing-ahead');
    }),
    RUNS,
  );
});
