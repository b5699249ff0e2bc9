import { planLifecycle } from '../../../src/core/lifecycle.ts';
import {
  dueOfRequest,
  readLossRequest,
  refuseRequest,
  requestedBy,
  requestKept,
} from '../../../src/core/operator-request.ts';
import { DAY_SECONDS, decideAction, nextChange } from '../../../src/core/policy.ts';
import { judgeReturn } from '../../../src/core/resume.ts';
import { decideArming, MINIMUM_LEAD_SECONDS } from '../../../src/core/wake-up.ts';
import type { Requested, WorkspaceRow } from '../../../src/core/workspace-row.ts';
import { claimWith, idleFor, NOW, okPolicy, rowWith } from '../../support/rows.ts';

const asked = (action: 'archive' | 'terminate', at = NOW): Requested => ({
  action,
  at,
  by: 'ops',
  reason: 'left the company',
});
const inUtc = (at: number) => new Date(at * 1_000).toISOString().replace('.000Z', 'Z');
const withNotice = {
  ...okPolicy,
  notice: { archive: 86_400, terminate: 3 * 86_400, minimumTerminate: 86_400 },
};

describe('what is asked for', () => {
  const row = rowWith({ requested: asked('archive') });

  test.each([
    ['a second before it was asked', -1, 'active', 'within-limits'],
    ['when it was asked', 0, 'archive', 'operator-request'],
    ['a day later', DAY_SECONDS, 'archive', 'operator-request'],
  ])('counts %s', (_, after, action, rule) => {
    expect(decideAction(row, okPolicy, NOW + after)).toMatchObject({ action, rule });
  });

  test.each<[string, Partial<WorkspaceRow>, string, string]>([
    ['activity a second before', { lastActivity: NOW - 1 }, 'archive', 'operator-request'],
    ['activity of the same second', { lastActivity: NOW }, 'active', 'within-limits'],
    ['activity afterwards', { lastActivity: NOW + 5 }, 'active', 'within-limits'],
    ['a hold', { hold: {} }, 'active', 'held'],
    ['an extension of before', { extension: { until: NOW + DAY_SECONDS } }, 'archive', 'operator-request'],
    [
      'a rule that takes more',
      { subscriptionStatus: 'cancelled', lastActivity: idleFor(8) },
      'terminate',
      'subscription-cancelled',
    ],
    ['a rule that took as much before', { lastActivity: idleFor(8) }, 'archive', 'retention-free'],
    ['a rule that takes as much later', { lastActivity: idleFor(7) + 5 }, 'archive', 'operator-request'],
  ])('meets %s', (_, changes, action, rule) => {
    expect(decideAction({ ...row, ...changes }, okPolicy, NOW + 10)).toMatchObject({ action, rule });
  });

  test('is a change that lies ahead until then', () => {
    expect(nextChange(row, okPolicy, NOW - 10)).toMatchObject({
      at: NOW,
      verdict: { action: 'archive', rule: 'operator-request', since: NOW },
    });
  });

  test('is woken for a minute ahead, and no sooner', () => {
    expect(decideArming(row, okPolicy, NOW)).toEqual({ kind: 'arm', at: NOW + MINIMUM_LEAD_SECONDS });
    // What is armed for the deadline of the rules comes too late.
    const armed = { ...row, armedFor: NOW + 5 * DAY_SECONDS };
    expect(decideArming(armed, okPolicy, NOW)).toEqual({ kind: 'arm', at: NOW + MINIMUM_LEAD_SECONDS });
  });

  test('keeps what is archived archived, until its user is back', () => {
    const archived = { ...row, lifecycle: 'archived' } as const;
    expect(planLifecycle(archived, okPolicy, NOW + 100)).toMatchObject({ kind: 'rest' });
    expect(judgeReturn(archived, okPolicy, NOW + 100)).toEqual({ kind: 'entitled' });
    const back = { ...archived, lastActivity: NOW + 200 };
    expect(planLifecycle(back, okPolicy, NOW + 200)).toMatchObject({ kind: 'act', transition: 'restore' });
  });

  test('gives nobody back what they have not paid for', () => {
    const changes = {
      lifecycle: 'archived',
      subscriptionStatus: 'suspended',
      lastActivity: idleFor(4),
    } as const;
    expect(judgeReturn({ ...row, ...changes }, okPolicy, NOW + 100).kind).toBe('refused');
  });

  test('to terminate waits for its notice, and to archive does not', () => {
    const terminate = rowWith({ requested: asked('terminate') });
    const notify = planLifecycle(terminate, withNotice, NOW + 60);
    expect(notify).toMatchObject({
      kind: 'notify',
      loss: 'terminate',
      deadline: NOW,
      due: NOW + 60 + 86_400,
    });
    const told = { ...terminate, notices: { terminate: { deadline: NOW, at: NOW + 60 } } };
    expect(planLifecycle(told, withNotice, NOW + 60 + 86_399)).toMatchObject({ kind: 'rest' });
    expect(planLifecycle(told, withNotice, NOW + 60 + 86_400)).toMatchObject({
      kind: 'act',
      transition: 'terminate',
    });
    expect(planLifecycle(row, withNotice, NOW)).toMatchObject({ kind: 'act', transition: 'archive' });
  });

  test('to archive takes no notice either where limits were shortened', () => {
    const former = [{ ...okPolicy, retentionDays: { free: 60, pro: 60, enterprise: 90 }, until: NOW - 10 }];
    expect(planLifecycle(row, { ...withNotice, former }, NOW)).toMatchObject({ kind: 'act' });
  });
});

test.each([
  [{ action: 'archive', by: 'ops', reason: '  gone  ' }, 'gone'],
  [{ action: 'terminate', by: 'ops', reason: 'x' }, 'x'],
])('%j is understood', (request, reason) => {
  expect(readLossRequest(request).reason).toBe(reason);
});

test.each([
  [{ action: 'delete', by: 'ops', reason: 'x' }, 'action is "delete"'],
  [{ action: 'archive', by: '', reason: 'x' }, 'by is "", expected who it is, 1 to 100 characters'],
  [{ action: 'archive', by: 'ops', reason: ' ' }, 'reason is " ", expected a reason of 1 to 500 characters'],
  [{ action: 'archive', by: 'ops' }, 'reason is missing'],
  [{ action: 'archive', by: 'ops', reason: 'x', at: 1 }, 'nothing is known by the name of "at"'],
])('%j is refused', (request, problem) => {
  expect(() => readLossRequest(request)).toThrow(problem);
});

test('it is of now, and never of a second of which an activity is known', () => {
  const request = { action: 'archive', by: 'ops', reason: 'x' } as const;
  expect(requestedBy(request, rowWith(), NOW + 0.7).at).toBe(NOW);
  // The clock of the container is ahead.
  expect(requestedBy(request, rowWith({ lastActivity: NOW + 90 }), NOW).at).toBe(NOW + 91);
});

describe('nothing can be asked for', () => {
  const refusal = (action: 'archive' | 'terminate', changes: Partial<WorkspaceRow>) => () =>
    refuseRequest(rowWith(changes), asked(action), withNotice, NOW);

  test.each<[string, 'archive' | 'terminate', Partial<WorkspaceRow>, string, number]>([
    ['what is terminated', 'archive', { lifecycle: 'terminated' }, 'is terminated', 410],
    ['what is in hand', 'archive', { lifecycle: 'restoring' }, 'is restoring, try again', 423],
    ['what is held', 'archive', { hold: { reason: 'legal' } }, 'is held: legal; release it first', 409],
    ['what is archived', 'archive', { lifecycle: 'archived' }, 'is archived already', 409],
    [
      'what was asked for',
      'archive',
      { requested: asked('archive', NOW - 30) },
      'is to be archived already, as ops has asked: left the company',
      409,
    ],
    [
      'what was asked for by a container whose clock is ahead',
      'archive',
      { lastActivity: NOW + 90, requested: asked('archive', NOW + 91) },
      'is to be archived already, as ops has asked',
      409,
    ],
    [
      'less than was asked for',
      'archive',
      { requested: asked('terminate', NOW - 30) },
      'is to be terminated already, as ops has asked: left the company; release it first',
      409,
    ],
    [
      'more than was asked for, and has not been done',
      'terminate',
      { requested: asked('archive', NOW - 30) },
      'is to be archived already, as ops has asked: left the company; release it first',
      409,
    ],
    [
      'less of what is archived and is to be terminated',
      'archive',
      { lifecycle: 'archived', requested: asked('terminate', NOW - 30) },
      'is to be terminated already, as ops has asked: left the company; release it first',
      409,
    ],
    [
      'what was asked for and is done',
      'archive',
      { lifecycle: 'archived', requested: asked('archive', NOW - 30) },
      'is archived already',
      409,
    ],
    ['what is due', 'archive', { lastActivity: idleFor(8) }, 'now by retention-free anyway', 409],
    [
      'what takes more, with no notice out yet',
      'archive',
      { lastActivity: idleFor(8), subscriptionStatus: 'cancelled' },
      `is to be terminated at ${inUtc(NOW + 86_400)} by subscription-cancelled anyway`,
      409,
    ],
    [
      'what takes as much, with its notice running',
      'terminate',
      {
        lastActivity: idleFor(8),
        subscriptionStatus: 'cancelled',
        notices: { terminate: { deadline: idleFor(1) + 1, at: NOW - 3_600 } },
      },
      `is to be terminated at ${inUtc(NOW - 3_600 + 86_400)} by subscription-cancelled anyway`,
      409,
    ],
    [
      'what takes as much, with its notice out for long enough',
      'terminate',
      {
        lastActivity: idleFor(8),
        subscriptionStatus: 'cancelled',
        notices: { terminate: { deadline: idleFor(1) + 1, at: NOW - 86_400 } },
      },
      'is to be terminated now by subscription-cancelled anyway',
      409,
    ],
    [
      'what comes sooner than its notice',
      'terminate',
      { subscriptionStatus: 'cancelled', lastActivity: idleFor(6, 3_600) },
      `is to be terminated at ${inUtc(NOW + 86_400)} by subscription-cancelled anyway`,
      409,
    ],
  ])('of %s', (_, action, changes, says, status) => {
    expect(refusal(action, changes)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says), status }),
    );
  });

  test.each<['archive' | 'terminate', Partial<WorkspaceRow>]>([
    ['archive', {}],
    ['terminate', {}],
    ['terminate', { lifecycle: 'archived' }],
    ['terminate', { lifecycle: 'archived', requested: asked('archive', NOW - 30) }],
    // Somebody has used it since.
    ['archive', { requested: asked('archive', NOW - 120) }],
    ['terminate', { requested: asked('archive', NOW - 120) }],
    ['archive', { requested: asked('terminate', NOW - 120) }],
    ['archive', { extension: { until: NOW + DAY_SECONDS } }],
    ['archive', { hold: { until: NOW } }],
    ['terminate', { subscriptionStatus: 'cancelled', lastActivity: idleFor(3) }],
  ])('but %s of %j can', (action, changes) => {
    expect(refusal(action, changes)).not.toThrow();
  });
});

test('where a rule gives its notice only when it is due, to ask brings the end forward', () => {
  const late = { ...withNotice, notice: { ...withNotice.notice, terminate: 0 } };
  const soon = rowWith({ subscriptionStatus: 'cancelled', lastActivity: idleFor(6, 3_600) });
  expect(() => refuseRequest(soon, asked('terminate'), late, NOW)).not.toThrow();
});

test('what takes the place of a request by which it is archived keeps that, and once only', () => {
  const request = { action: 'terminate', by: 'ops', reason: 'x' } as const;
  const archived = rowWith({ lifecycle: 'archived', requested: asked('archive', NOW - 30) });
  const requested = requestedBy(request, archived, NOW);
  expect(requested).toEqual({ ...request, at: NOW, replaces: asked('archive', NOW - 30) });
  expect(requestedBy(request, { ...archived, requested }, NOW + 9).replaces).toEqual(
    asked('archive', NOW - 30),
  );
  expect(requestedBy(request, { ...archived, lastActivity: NOW - 30 }, NOW)).not.toHaveProperty('replaces');
  expect(requestedBy(request, { ...archived, lifecycle: 'active' }, NOW)).not.toHaveProperty('replaces');
});

test.each<[string, Partial<WorkspaceRow>, Requested | undefined]>([
  ['archived by it', { lifecycle: 'archived', requested: asked('archive') }, asked('archive')],
  ['being archived by it', { lifecycle: 'archiving', requested: asked('archive') }, asked('archive')],
  [
    'archived by it, and being terminated by a rule',
    { lifecycle: 'terminating', claim: claimWith({ origin: 'archived' }), requested: asked('archive') },
    asked('archive'),
  ],
  [
    'archived by one before it',
    {
      lifecycle: 'terminating',
      claim: claimWith({ origin: 'archived' }),
      requested: { ...asked('terminate'), replaces: { ...asked('archive', NOW - 30), action: 'archive' } },
    },
    asked('archive', NOW - 30),
  ],
  ['archived by a rule', { lifecycle: 'archived', requested: asked('terminate') }, undefined],
  ['active', { requested: asked('archive') }, undefined],
  ['given back', { lifecycle: 'restoring', requested: asked('archive') }, undefined],
  [
    'being terminated by a rule, and was in use',
    { lifecycle: 'terminating', claim: claimWith(), requested: asked('archive') },
    undefined,
  ],
])('of a request for a workspace that is %s a hold leaves what it stays archived by', (_, changes, kept) => {
  expect(requestKept(rowWith(changes))).toEqual(kept);
});

test('it is due at once, or when its notice has been out', () => {
  expect(dueOfRequest(rowWith(), asked('archive'), withNotice, NOW)).toBe(NOW);
  expect(dueOfRequest(rowWith(), asked('terminate'), withNotice, NOW)).toBe(NOW + 86_400);
});
