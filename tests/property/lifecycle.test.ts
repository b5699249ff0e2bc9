import fc from 'fast-check';
import { isInBetween, planLifecycle, TRANSITIONS } from '../../src/core/lifecycle.ts';
import { isHeld } from '../../src/core/policy.ts';
import { fractions, restingRows, rows, situations } from '../support/arbitraries.ts';

const RUNS = { numRuns: 5_000 };
const selves = fc.constantFrom(undefined, 'self', 'other', 'third');

test('every state always has an answer, and every act begins with a step of its transition', () => {
  fc.assert(
    fc.property(situations(rows), fractions, selves, ({ row, policy, now }, fraction, self) => {
      const plan = planLifecycle(row, policy, now + fraction, self);
      expect(['rest', 'wait', 'act']).toContain(plan.kind);
      if (plan.kind === 'act') expect(TRANSITIONS[plan.transition].steps).toContain(plan.from);
      if (plan.kind === 'wait') expect(plan.until).toBeGreaterThan(now + fraction);
      if (isInBetween(row.lifecycle)) expect(plan.kind).not.toBe('rest');
      else expect(plan.kind).not.toBe('wait');
    }),
    RUNS,
  );
});

test('a terminated workspace is never touched', () => {
  fc.assert(
    fc.property(situations(rows), selves, ({ row, policy, now }, self) => {
      expect(planLifecycle({ ...row, lifecycle: 'terminated' }, policy, now, self).kind).toBe('rest');
    }),
    RUNS,
  );
});

test('a held workspace at rest is never touched', () => {
  fc.assert(
    fc.property(situations(restingRows), selves, ({ row, policy, now }, self) => {
      const held = { ...row, hold: row.hold ?? {} };
      if (isHeld(held, now)) expect(planLifecycle(held, policy, now, self).kind).toBe('rest');
    }),
    RUNS,
  );
});

test('a held workspace always goes back to where it was, unless its files may be gone already', () => {
  fc.assert(
    fc.property(situations(rows), selves, ({ row, policy, now }, self) => {
      const held = { ...row, hold: {} };
      const plan = planLifecycle(held, policy, now, self);
      if (plan.kind !== 'act') return;
      const pastReturn = row.lifecycle === 'terminating' && row.claim?.step === 'delete-files';
      const toArchive = row.claim?.origin === 'archived' && row.lifecycle !== 'restoring';
      const back = toArchive ? 'archive' : 'restore';
      expect(plan.transition).toBe(pastReturn ? 'terminate' : back);
    }),
    RUNS,
  );
});

test('the live claim of somebody else is never entered', () => {
  fc.assert(
    fc.property(situations(rows), fractions, ({ row, policy, now }, fraction) => {
      const { claim } = row;
      if (!isInBetween(row.lifecycle) || !claim || now + fraction >= claim.until) return;
      expect(planLifecycle(row, policy, now + fraction, 'third').kind).toBe('wait');
    }),
    RUNS,
  );
});

test('files that may be gone are never given back', () => {
  fc.assert(
    fc.property(situations(rows), selves, ({ row, policy, now }, self) => {
      if (row.lifecycle !== 'terminating' || row.claim?.step !== 'delete-files') return;
      const plan = planLifecycle(row, policy, now, self);
      if (plan.kind === 'act') expect(plan).toMatchObject({ transition: 'terminate', from: 'delete-files' });
    }),
    { numRuns: 20_000 },
  );
});

test('nothing is ever archived or terminated that the rules do not say, short of the point of no return', () => {
  fc.assert(
    fc.property(situations(rows), selves, ({ row, policy, now }, self) => {
      const plan = planLifecycle(row, policy, now, self);
      if (plan.kind !== 'act' || plan.from === 'delete-files') return;
      if (row.lifecycle === 'restoring') return expect(plan.transition).toBe('restore');
      // Held or extended, and on its way out of the archive: it stays there.
      const isKept = plan.verdict.rule === 'held' || plan.verdict.rule === 'extended';
      if (isKept && row.claim?.origin === 'archived') return;
      expect(plan.transition).toBe(plan.verdict.action === 'active' ? 'restore' : plan.verdict.action);
    }),
    RUNS,
  );
});
