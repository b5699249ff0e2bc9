import { DAY_SECONDS } from '../../../src/core/policy.ts';
import { decideArming, nextWakeUp } from '../../../src/core/wake-up.ts';
import type { WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { claimWith, idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

const wakeUp = (changes: Partial<WorkspaceRow>, now = NOW) => nextWakeUp(rowWith(changes), okPolicy, now);
const arming = (changes: Partial<WorkspaceRow>, now = NOW) => decideArming(rowWith(changes), okPolicy, now);

/** A free workspace whose deadline is `ahead` seconds from NOW. */
const deadlineIn = (ahead: number) => ({ lastActivity: idleFor(7) + ahead - 1 });

describe('the next wake-up', () => {
  test.each<[string, Partial<WorkspaceRow>, number | null]>([
    ['active: its deadline', deadlineIn(500), NOW + 500],
    ['active and due now: now', deadlineIn(0), NOW],
    ['active and long due: now', { lastActivity: idleFor(100) }, NOW],
    ['held without an end: never', { lastActivity: idleFor(100), hold: {} }, null],
    ['held and due: the end of the hold', { lastActivity: idleFor(100), hold: { until: NOW + 9 } }, NOW + 9],
    ['held and not due: its deadline', { ...deadlineIn(500), hold: { until: NOW + 9 } }, NOW + 500],
    ['archived for good: never', { lifecycle: 'archived', lastActivity: idleFor(100) }, null],
    ['archived and paid for: now', { lifecycle: 'archived', lastActivity: NOW }, NOW],
    [
      'archived and cancelled: its termination',
      { lifecycle: 'archived', subscriptionStatus: 'cancelled', retentionDays: 2, lastActivity: idleFor(3) },
      NOW + 4 * DAY_SECONDS + 1,
    ],
    [
      'archived, paid for and held: the end of the hold',
      { lifecycle: 'archived', hold: { until: NOW + 9 } },
      NOW + 9,
    ],
    ['terminated: never', { lifecycle: 'terminated', lastActivity: idleFor(100) }, null],
    ['in between: the end of the lease', { lifecycle: 'archiving', claim: claimWith() }, NOW + 300],
    [
      'in between, the lease is over: its end all the same',
      { lifecycle: 'terminating', claim: claimWith({ until: NOW - 300 }) },
      NOW - 300,
    ],
    ['in between without a claim: now', { lifecycle: 'restoring' }, NOW],
    [
      'in between and held: the end of the lease',
      { lifecycle: 'archiving', claim: claimWith(), hold: {} },
      NOW + 300,
    ],
  ])('%s', (_, changes, expected) => {
    expect(wakeUp(changes)).toBe(expected);
  });
});

describe('the time that is armed', () => {
  test.each<[string, number, number, number]>([
    ['is the deadline', 500, 0, 500],
    ['is the deadline 60 s ahead', 60, 0, 60],
    ['is never closer than 60 s', 59, 0, 60],
    ['is 60 s ahead where something is due', 0, 0, 60],
    ['is 60 s ahead where something is long due', -1000, 0, 60],
    ['is a whole second, after the lead', 0, 0.001, 61],
    ['is a whole second, after the lead, later', 60, 0.999, 61],
    ['is the deadline right after the lead', 61, 0.999, 61],
  ])('%s', (_, ahead, fraction, expected) => {
    expect(arming(deadlineIn(ahead), NOW + fraction)).toEqual({ kind: 'arm', at: NOW + expected });
  });

  test('the end of a lease is armed like a deadline', () => {
    expect(arming({ lifecycle: 'archiving', claim: claimWith() })).toEqual({ kind: 'arm', at: NOW + 300 });
    expect(arming({ lifecycle: 'archiving' })).toEqual({ kind: 'arm', at: NOW + 60 });
  });
});

describe('with a wake-up armed', () => {
  test.each<[string, number, number, 'skip' | 'arm']>([
    ['at the wanted time', 500, 0, 'skip'],
    ['one second before the wanted time', 499, 0, 'skip'],
    ['one second after the wanted time', 501, 0, 'arm'],
    ['6 s ahead, which is still to come', 6, 0, 'skip'],
    ['5 s ahead, which may have fired by another clock', 5, 0, 'arm'],
    ['a little more than 5 s ahead', 6, 0.999, 'skip'],
    ['5 s ahead with a part of a second', 6, 1, 'arm'],
    ['now', 0, 0, 'arm'],
    ['in the past', -1000, 0, 'arm'],
  ])('%s', (_, armedFor, later, kind) => {
    const decision = arming({ ...deadlineIn(500), armedFor: NOW + armedFor }, NOW + later);
    expect(decision).toEqual(kind === 'skip' ? { kind, armedFor: NOW + armedFor } : { kind, at: NOW + 500 });
  });

  test('at the earliest time that can be armed, nothing more is armed for what is due', () => {
    expect(arming({ ...deadlineIn(0), armedFor: NOW + 60 }).kind).toBe('skip');
    expect(arming({ ...deadlineIn(0), armedFor: NOW + 61 })).toEqual({ kind: 'arm', at: NOW + 60 });
  });

  test('where nothing is ahead, nothing is armed', () => {
    expect(arming({ lifecycle: 'terminated' })).toEqual({ kind: 'nothing-ahead' });
    expect(arming({ lifecycle: 'terminated', armedFor: NOW + 500 })).toEqual({ kind: 'nothing-ahead' });
  });
});
