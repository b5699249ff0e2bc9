import { entryKey, entryOf, historyEntrySchema, inputsOf, systemEntry } from '../../../src/core/history.ts';
import { decideAction } from '../../../src/core/policy.ts';
import { idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

test('entries count up, and none is ever before the one before, whatever the clock says', () => {
  const row = rowWith({ history: { sequence: 4, at: NOW + 1.5 } });
  const entry = entryOf(row, { what: 'held', by: 'ops' }, NOW + 0.1234);
  expect(entry).toEqual({ workspace: 'acme/ada', sequence: 5, at: NOW + 1.5, what: 'held', by: 'ops' });
  expect(entryOf(rowWith(), { what: 'held', by: 'ops' }, NOW + 0.1234)).toMatchObject({
    sequence: 1,
    at: NOW + 0.123,
  });
});

test('entries about the system stand where no workspace can', () => {
  const entry = systemEntry(undefined, { what: 'paused', by: 'budget' }, NOW);
  expect(entry.workspace).toBe('#cleanup');
  expect(historyEntrySchema.parse(entry)).toEqual(entry);
});

test('keys sort by time, and within one moment by number', () => {
  const keys = [
    { at: NOW, sequence: 9 },
    { at: NOW, sequence: 10 },
    { at: NOW + 0.001, sequence: 11 },
    { at: NOW + 1, sequence: 2 },
  ].map(entryKey);
  expect(keys[0]).toBe('2027-01-15T08:00:00.000Z#00000009');
  expect([...keys].sort()).toEqual(keys);
});

test('the inputs are those of the rule, with their values', () => {
  const row = rowWith({
    lastActivity: idleFor(9),
    retentionDays: 8,
    extension: { until: NOW - 5 },
    hold: { until: NOW - 9 },
    subscriptionEventAt: NOW - 100,
  });
  expect(inputsOf(row, decideAction(row, okPolicy, NOW), okPolicy)).toEqual({
    subscriptionStatus: 'active',
    subscriptionTier: 'free',
    lastActivity: idleFor(9),
    idleSeconds: 9 * 86_400,
    idleLimitSeconds: 8 * 86_400,
    retentionDays: 8,
    subscriptionEventAt: NOW - 100,
    holdUntil: NOW - 9,
    extensionUntil: NOW - 5,
  });
});

test('a rule without a limit has none', () => {
  const row = rowWith();
  expect(inputsOf(row, decideAction(row, okPolicy, NOW), okPolicy)).not.toHaveProperty('idleLimitSeconds');
});
