import fc from 'fast-check';
import { parseControl } from '../../../src/core/control.ts';
import type { Policy } from '../../../src/core/policy.ts';
import { nextWakeUp } from '../../../src/core/wake-up.ts';
import type { WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { stateOf } from '../../../src/core/workspace-state.ts';
import { rows, timesAround } from '../../support/arbitraries.ts';
import { OK_SAFETY } from '../../support/memory/ok-values.ts';
import { claimWith, idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

const HOUR = 3_600;
const DAY = 24 * HOUR;
const policy: Policy = {
  ...okPolicy,
  notice: { archive: DAY, terminate: 3 * DAY, minimumTerminate: DAY },
};
const due = idleFor(7, 1);
const held = { matter: 'archive', deadline: NOW, since: NOW } as const;
const cancelled = { subscriptionStatus: 'cancelled', lastActivity: idleFor(50) } as const;

test.each<[string, Partial<WorkspaceRow>, string]>([
  ['a workspace in use', {}, 'at-rest'],
  ['one that is archived for good', { lastActivity: idleFor(50), lifecycle: 'archived' }, 'at-rest'],
  ['one a day before its deadline', { lastActivity: idleFor(6, 1) }, 'notice-due'],
  [
    'one that was told',
    { lastActivity: idleFor(6, 1), notices: { archive: { deadline: NOW + DAY, at: NOW } } },
    'noticed',
  ],
  ['one at its deadline', { lastActivity: due }, 'due'],
  ['one that is held', { lastActivity: due, hold: {} }, 'held'],
  ['one that is extended', { lastActivity: due, extension: { until: NOW + 5 * DAY } }, 'extended'],
  [
    'one of which the extension ends in a day',
    { lastActivity: due, extension: { until: NOW + DAY } },
    'notice-due',
  ],
  [
    'one that is observed',
    { lastActivity: due, heldBack: { ...held, reason: 'observe' } },
    'held-back:observe',
  ],
  ['one that is off', { lastActivity: due, heldBack: { ...held, reason: 'off' } }, 'held-back:off'],
  ['one that is paused', { lastActivity: due, heldBack: { ...held, reason: 'paused' } }, 'held-back:paused'],
  [
    'one that waits for its turn',
    { lastActivity: due, heldBack: { ...held, reason: 'budget', until: NOW + 1 } },
    'held-back:budget',
  ],
  [
    'one whose turn has come',
    { lastActivity: due, heldBack: { ...held, reason: 'budget', until: NOW } },
    'due',
  ],
  ['one that was paused, and used since', { heldBack: { ...held, reason: 'paused' } }, 'at-rest'],
  ['one that is cancelled', cancelled, 'notice-due'],
  [
    'one that is cancelled and was told',
    { ...cancelled, notices: { terminate: { deadline: idleFor(43) + 1, at: NOW - DAY + 1 } } },
    'noticed',
  ],
  [
    'one that was told a day ago',
    { ...cancelled, notices: { terminate: { deadline: idleFor(43) + 1, at: NOW - DAY } } },
    'due',
  ],
  [
    'one that somebody is at work on',
    { lastActivity: due, lifecycle: 'archiving', claim: claimWith() },
    'in-transition',
  ],
  [
    'one that was paused in between',
    {
      lastActivity: due,
      lifecycle: 'archiving',
      claim: claimWith({ until: NOW - 1 }),
      heldBack: { ...held, reason: 'paused' },
    },
    'held-back:paused',
  ],
  ['one that is to be given back', { lifecycle: 'archived' }, 'due'],
  ['one that is gone', { ...cancelled, lifecycle: 'terminated' }, 'terminated'],
])('%s', (_, changes, expected) => {
  expect(stateOf(rowWith(changes), policy, NOW)).toBe(expected);
});

test.each([
  ['{"enforcement":"observe"}', 'held-back:observe'],
  ['{"enforcement":"off"}', 'held-back:off'],
  ['{"pause":{"at":1800000000,"by":"ops","reason":"a look"}}', 'held-back:paused'],
  ['{"clients":{"acme":"observe"}}', 'held-back:observe'],
  ['{"clients":{"globex":"observe"}}', 'due'],
])('assumed %s, what is due is %s', (json, expected) => {
  const parsed = parseControl(JSON.parse(json));
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  const assumed = { control: parsed.control, safety: OK_SAFETY };
  expect(stateOf(rowWith({ lastActivity: due }), policy, NOW, assumed)).toBe(expected);
});

/** Those that somebody outside has to end: an operator, whoever sets CleanupControl, or the user. */
const WAITS_FOR_PEOPLE = /^(held|held-back:(off|observe|paused|control-invalid)|at-rest|terminated)$/;

test('every state has a way out: by itself, or by those that it names', () => {
  const reasons = fc.constantFrom('off', 'observe', 'paused', 'control-invalid', 'budget');
  const situations = fc
    .tuple(rows, fc.option(reasons, { nil: undefined }), fc.boolean())
    .chain(([row, reason, isTold]) => timesAround(row, policy).map((now) => ({ row, reason, isTold, now })));
  fc.assert(
    fc.property(situations, ({ row: found, reason, isTold, now }) => {
      const deadline = found.lastActivity + 7 * DAY + 1;
      const row = {
        ...found,
        // Nothing is held back before it is due.
        ...(reason &&
          deadline <= now && {
            heldBack: {
              matter: found.subscriptionStatus === 'cancelled' ? 'terminate' : 'archive',
              deadline,
              reason,
              since: now,
              ...(reason === 'budget' && { until: now + HOUR }),
            },
          }),
        ...(isTold && {
          notices: { terminate: { deadline, at: now - DAY }, archive: { deadline, at: now - DAY } },
        }),
      } as WorkspaceRow;
      const state = stateOf(row, policy, now);
      if (nextWakeUp(row, policy, now) === null) expect(state).toMatch(WAITS_FOR_PEOPLE);
      if (state === 'terminated') expect(row.lifecycle).toBe('terminated');
    }),
    { numRuns: 20_000 },
  );
});
