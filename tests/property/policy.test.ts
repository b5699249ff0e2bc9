import fc from 'fast-check';
import { decideAction, nextChange, turningPoints } from '../../src/core/policy.ts';
import { activeRows, fractions, policies, situations } from '../support/arbitraries.ts';
import { actionByTable } from '../support/brute-force-policy.ts';

const RUNS = { numRuns: 5_000 };

const ruleAt = (...asked: Parameters<typeof decideAction>) => decideAction(...asked).rule;

test('the action is always the same until one second before the next change, and another one at it', () => {
  fc.assert(
    fc.property(situations(activeRows), fractions, ({ row, policy, now }, fraction) => {
      const today = decideAction(row, policy, now + fraction).action;
      const next = nextChange(row, policy, now + fraction);
      if (next === null) return;
      expect(next.at).toBeGreaterThan(now + fraction);
      expect(decideAction(row, policy, next.at - 1).action).toBe(today);
      expect(decideAction(row, policy, next.at)).toEqual(next.verdict);
      expect(next.verdict.action).not.toBe(today);
    }),
    RUNS,
  );
});

test('where no change is ahead, the action never changes', () => {
  fc.assert(
    fc.property(situations(activeRows), fc.nat({ max: 5_000_000_000 }), ({ row, policy, now }, later) => {
      if (nextChange(row, policy, now) !== null) return;
      expect(decideAction(row, policy, now + later).action).toBe(decideAction(row, policy, now).action);
    }),
    RUNS,
  );
});

test('between two turning points the verdict never changes', () => {
  fc.assert(
    fc.property(
      situations(activeRows),
      fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      (situation, part) => {
        const { row, policy, now } = situation;
        const next = turningPoints(row, policy, now)[0] ?? now + 1_000_000_000;
        const within = now + Math.floor(part * (next - now));
        expect(ruleAt(row, policy, within)).toBe(ruleAt(row, policy, now));
      },
    ),
    RUNS,
  );
});

test('a part of a second never decides anything', () => {
  fc.assert(
    fc.property(situations(activeRows), fractions, ({ row, policy, now }, fraction) => {
      expect(decideAction(row, policy, now + fraction)).toEqual(decideAction(row, policy, now));
    }),
    RUNS,
  );
});

test('activity never brings an action closer', () => {
  fc.assert(
    fc.property(situations(activeRows), fc.nat({ max: 5_000_000 }), ({ row, policy, now }, forward) => {
      const used = { ...row, lastActivity: row.lastActivity + forward };
      if (decideAction(row, policy, now).action === 'active') {
        expect(decideAction(used, policy, now).action).toBe('active');
      }
    }),
    RUNS,
  );
});

test('a verdict always says a rule that the table has for it', () => {
  fc.assert(
    fc.property(
      activeRows,
      policies,
      fc.integer({ min: -1_000_000, max: 10_000_000 }),
      (row, policy, idle) => {
        const now = row.lastActivity + idle;
        const { action, rule } = decideAction(row, policy, now);
        expect({ action, rule }).toEqual(actionByTable(row, policy, now));
      },
    ),
    RUNS,
  );
});
