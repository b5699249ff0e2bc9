import { isInBetween, planLifecycle, TRANSITIONS } from '../../../src/core/lifecycle.ts';
import type { Claim, Lifecycle, Step, WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { claimWith, idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

/** Rows for which the rules say this at NOW. */
const SAID: Record<string, Partial<WorkspaceRow>> = {
  active: { lastActivity: NOW - 60 },
  archive: { lastActivity: idleFor(8) },
  terminate: { subscriptionStatus: 'cancelled', lastActivity: idleFor(8) },
  held: { subscriptionStatus: 'cancelled', lastActivity: idleFor(8), hold: {} },
};

function plan(said: string, changes: Partial<WorkspaceRow>, self?: string): string {
  const result = planLifecycle(rowWith({ ...SAID[said], ...changes }), okPolicy, NOW, self);
  if (result.kind === 'act') return `${result.transition} from ${result.from}`;
  return result.kind === 'wait' ? `wait until ${result.until - NOW}` : 'rest';
}

test.each<[string, Lifecycle, string]>([
  ['active', 'active', 'rest'],
  ['archive', 'active', 'archive from stop-tasks'],
  ['terminate', 'active', 'terminate from stop-tasks'],
  ['held', 'active', 'rest'],
  ['active', 'archived', 'restore from give-access'],
  ['archive', 'archived', 'rest'],
  ['terminate', 'archived', 'terminate from stop-tasks'],
  ['held', 'archived', 'rest'],
  ['active', 'terminated', 'rest'],
  ['archive', 'terminated', 'rest'],
  ['terminate', 'terminated', 'rest'],
  ['held', 'terminated', 'rest'],
])('the rules say %s, the workspace is %s: %s', (said, lifecycle, expected) => {
  expect(plan(said, { lifecycle })).toBe(expected);
});

const IN_BETWEEN: [Lifecycle, Claim][] = [
  ['archiving', claimWith({ action: 'archive', step: 'remove-access' })],
  ['restoring', claimWith({ action: 'restore', step: 'give-access' })],
  ['terminating', claimWith({ action: 'terminate', step: 'remove-access' })],
];

describe.each(IN_BETWEEN)('%s', (lifecycle, claim) => {
  describe.each(Object.keys(SAID))('the rules say %s', (said) => {
    // A hold that was set in between takes back what was begun: the workspace was to be kept.
    // A restore is carried to its end, and then decided anew.
    const back = said === 'held' || said === 'active' || lifecycle === 'restoring';
    const transition = back ? 'restore' : said;
    const from = transition === 'restore' ? 'give-access' : 'stop-tasks';

    test.each([
      ['one second before the lease ends', NOW + 1, 'wait until 1'],
      ['when the lease ends', NOW, `${transition} from ${from}`],
      ['one second after the lease ended', NOW - 1, `${transition} from ${from}`],
    ])('%s', (_, until, expected) => {
      expect(plan(said, { lifecycle, claim: { ...claim, until } })).toBe(expected);
    });

    test('the owner of a live claim itself goes on', () => {
      const own = { ...claim, owner: 'me', until: NOW + 100 };
      expect(plan(said, { lifecycle, claim: own }, 'me')).toBe(`${transition} from ${from}`);
      expect(plan(said, { lifecycle, claim: own }, 'you')).toBe('wait until 100');
    });

    test('without a claim it is taken over', () => {
      expect(plan(said, { lifecycle })).toBe(`${transition} from ${from}`);
    });
  });
});

describe('once files may be gone', () => {
  const claim = claimWith({ action: 'terminate', step: 'delete-files', until: NOW });

  test.each(Object.keys(SAID))('it is carried to its end, though the rules say %s', (said) => {
    expect(plan(said, { lifecycle: 'terminating', claim })).toBe('terminate from delete-files');
  });

  test('nobody enters a live claim even so', () => {
    expect(plan('active', { lifecycle: 'terminating', claim: { ...claim, until: NOW + 9 } })).toBe(
      'wait until 9',
    );
  });

  test.each<Step>(['stop-tasks', 'remove-access'])(
    'but not before: at %s a client who pays gets it back',
    (step) => {
      expect(plan('active', { lifecycle: 'terminating', claim: { ...claim, step } })).toBe(
        'restore from give-access',
      );
    },
  );
});

test.each([
  ['archiving', 'active', 'restore from give-access'],
  ['terminating', 'active', 'restore from give-access'],
  ['terminating', 'archived', 'archive from stop-tasks'],
  ['restoring', 'archived', 'restore from give-access'],
] as const)(
  'a hold in the middle of %s sends a workspace that was %s back to where it was',
  (lifecycle, origin, expected) => {
    expect(plan('held', { lifecycle, claim: claimWith({ origin, until: NOW }) })).toBe(expected);
  },
);

test('a hold that ends acts at its end', () => {
  expect(plan('terminate', { hold: { until: NOW + 1 } })).toBe('rest');
  expect(plan('terminate', { hold: { until: NOW } })).toBe('terminate from stop-tasks');
});

test('a plan carries the verdict with its reason', () => {
  const { verdict } = planLifecycle(rowWith(SAID.archive), okPolicy, NOW);
  expect(verdict).toMatchObject({ action: 'archive', rule: 'retention-free' });
});

test('files go last, after the tasks have stopped and the access is removed', () => {
  expect(TRANSITIONS.terminate.steps).toEqual(['stop-tasks', 'remove-access', 'delete-files']);
  expect(TRANSITIONS.archive.steps).toEqual(['stop-tasks', 'remove-access']);
  expect(TRANSITIONS.restore.steps).toEqual(['give-access']);
});

test('only states with a transition under way are in between', () => {
  const all: Lifecycle[] = ['active', 'archiving', 'archived', 'restoring', 'terminating', 'terminated'];
  expect(all.filter(isInBetween)).toEqual(['archiving', 'restoring', 'terminating']);
  expect(Object.values(TRANSITIONS).map(({ during }) => isInBetween(during))).toEqual([true, true, true]);
  expect(Object.values(TRANSITIONS).map(({ after }) => isInBetween(after))).toEqual([false, false, false]);
});
