import { type Control, parseControl } from '../../../../src/core/control.ts';
import { DAY_SECONDS, type Policy } from '../../../../src/core/policy.ts';
import type { WorkspaceRow } from '../../../../src/core/workspace-row.ts';
import type { Context } from '../../../../src/operator/fleet/context.ts';
import { type Explained, explainWorkspace } from '../../../../src/operator/fleet/explain.ts';
import { explanationLines } from '../../../../src/operator/fleet/explanation-lines.ts';
import type { ReasonKind } from '../../../../src/operator/fleet/reasons.ts';
import { OK_SAFETY } from '../../../support/memory/ok-values.ts';
import { claimWith, idleFor, NOW, okPolicy, okSeed } from '../../../support/rows.ts';
import { silentTerminal } from '../../../support/silent-terminal.ts';

const HOUR = 3_600;
const policy: Policy = {
  ...okPolicy,
  notice: { archive: DAY_SECONDS, terminate: 3 * DAY_SECONDS, minimumTerminate: DAY_SECONDS },
};
const key = { clientId: 'acme', userId: 'ada' };
const safety = { ...OK_SAFETY, enforcement: 'enforce' as const };

/** Free, idle for two days of seven, armed for its notice: nothing is remarkable about it. */
const OK = { ...okSeed, lastActivity: idleFor(2), armedFor: NOW + 4 * DAY_SECONDS + 1 };

function explain(changes: Record<string, unknown> = {}, control: Partial<Control> | unknown = {}, now = NOW) {
  const context: Context = { now, policy, control: parseControl(control), safety };
  return explainWorkspace({ ...OK, ...changes }, key, context);
}
function explained(changes: Partial<WorkspaceRow> = {}, control: unknown = {}): Explained {
  const explanation = explain(changes, control);
  if (explanation.kind === 'explained') return explanation;
  throw new Error(explanation.problems.join('; '));
}
const short = ({ ahead }: Explained) =>
  ahead.map(({ what, of, at, rule }) => `${of ? `${what} of ${of}` : what} ${at - NOW} ${rule}`);

test('a workspace about which nothing is remarkable', () => {
  const one = explained();
  expect(one).toMatchObject({
    state: 'at-rest',
    action: 'active',
    rule: 'within-limits',
    lifecycle: 'active',
  });
  expect(short(one)).toEqual([
    `notice of archive ${4 * DAY_SECONDS + 1} retention-free`,
    `archive ${5 * DAY_SECONDS + 1} retention-free`,
  ]);
  expect(one.reasons).toEqual([
    {
      kind: 'within-limits',
      text: 'no rule calls for anything yet; the first will be retention-free, in 5 d',
      until: NOW + 5 * DAY_SECONDS + 1,
    },
  ]);
  expect(one.rules.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual([
    'held not for it',
    'operator-request not for it',
    'subscription-cancelled not for it',
    'subscription-suspended not for it',
    'retention-free not yet',
    'retention-pro not for it',
    'retention-enterprise not for it',
    'extended not for it',
    'within-limits decides',
  ]);
});

const due = { lastActivity: idleFor(8), armedFor: NOW + 60 };
const cancelled = { subscriptionStatus: 'cancelled', lastActivity: idleFor(8) } as const;
const asked = { action: 'archive', at: NOW - 5, by: 'ops', reason: 'left' } as const;
const pause = { at: NOW - 60, by: 'ops', reason: 'a look' };
const heldBack = { matter: 'archive', deadline: NOW - DAY_SECONDS + 1, since: NOW - 60 } as const;

/** One deviation each: what it is by then, why nothing has happened, and what decides. */
test.each<[string, Partial<WorkspaceRow>, unknown, string, ReasonKind[], string]>([
  ['is due, and its wake-up comes', due, {}, 'due', ['wake-up-ahead'], 'retention-free'],
  [
    'is due, and nobody has armed it',
    { ...due, armedFor: undefined },
    {},
    'due',
    ['no-wake-up'],
    'retention-free',
  ],
  [
    'is due, and its wake-up is far',
    { ...due, armedFor: NOW + DAY_SECONDS },
    {},
    'due',
    ['no-wake-up'],
    'retention-free',
  ],
  ['is due, and overdue', { ...due, armedFor: NOW - HOUR }, {}, 'due', ['overdue'], 'retention-free'],
  ['is held', { ...due, hold: { reason: 'legal' } }, {}, 'held', ['held'], 'held'],
  ['was held', { ...due, hold: { until: NOW - 1 } }, {}, 'due', ['wake-up-ahead'], 'retention-free'],
  [
    'is extended',
    { ...due, extension: { until: NOW + HOUR, by: 'ops' } },
    {},
    'notice-due',
    ['extended', 'wake-up-ahead'],
    'extended',
  ],
  [
    'was asked for',
    { requested: asked, armedFor: NOW + 60 },
    {},
    'due',
    ['wake-up-ahead'],
    'operator-request',
  ],
  [
    'was asked for, and used since',
    { requested: asked, lastActivity: NOW - 1 },
    {},
    'at-rest',
    ['within-limits'],
    'within-limits',
  ],
  ['is off', due, { enforcement: 'off' }, 'held-back:off', ['off', 'wake-up-ahead'], 'retention-free'],
  [
    'is observed',
    due,
    { clients: { acme: 'observe' } },
    'held-back:observe',
    ['observe', 'wake-up-ahead'],
    'retention-free',
  ],
  [
    'is not rolled out to',
    due,
    { rollout: { clients: ['globex'], percent: 0 } },
    'held-back:observe',
    ['observe', 'wake-up-ahead'],
    'retention-free',
  ],
  ['is paused', due, { pause }, 'held-back:paused', ['paused', 'wake-up-ahead'], 'retention-free'],
  ['will be paused when it is due', {}, { pause }, 'at-rest', ['within-limits', 'paused'], 'within-limits'],
  [
    'waits for a control that nobody understands',
    due,
    { enforcement: 'maybe' },
    'held-back:control-invalid',
    ['control-invalid', 'wake-up-ahead'],
    'retention-free',
  ],
  [
    'waits for its turn',
    { ...due, heldBack: { ...heldBack, reason: 'budget', until: NOW + HOUR }, armedFor: NOW + HOUR },
    {},
    'due',
    ['budget', 'wake-up-ahead'],
    'retention-free',
  ],
  [
    'waits for a turn that never comes',
    { ...due, heldBack: { ...heldBack, reason: 'budget' }, armedFor: undefined },
    {},
    'due',
    ['budget'],
    'retention-free',
  ],
  [
    'was kept back and may go on',
    { ...due, heldBack: { ...heldBack, reason: 'observe' }, armedFor: undefined },
    {},
    'due',
    ['wake-up-ahead'],
    'retention-free',
  ],
  [
    'is to be told first',
    { ...cancelled, armedFor: NOW + 60 },
    {},
    'notice-due',
    ['notice-not-out', 'wake-up-ahead'],
    'subscription-cancelled',
  ],
  [
    'has been told',
    {
      ...cancelled,
      notices: { terminate: { deadline: NOW - DAY_SECONDS + 1, at: NOW - HOUR } },
      armedFor: NOW + 23 * HOUR,
    },
    {},
    'noticed',
    ['notice-running'],
    'subscription-cancelled',
  ],
  [
    'is in hand',
    { lifecycle: 'archiving', claim: claimWith(), armedFor: NOW + 300 },
    {},
    'in-transition',
    ['in-transition'],
    'within-limits',
  ],
  [
    'is archived',
    { ...due, lifecycle: 'archived', armedFor: undefined },
    {},
    'at-rest',
    ['archived'],
    'retention-free',
  ],
  [
    'is terminated',
    { lifecycle: 'terminated', armedFor: undefined },
    {},
    'terminated',
    ['terminated'],
    'within-limits',
  ],
])('a workspace that %s', (_, changes, control, state, reasons, rule) => {
  const one = explained(changes, control);
  expect({ state: one.state, reasons: one.reasons.map(({ kind }) => kind), rule: one.rule }).toEqual({
    state,
    reasons,
    rule,
  });
  const decide = one.rules.filter(({ outcome }) => outcome === 'decides').map(({ rule: name }) => name);
  expect(decide).toEqual([rule]);
});

test.each<[string, Partial<WorkspaceRow>, string[]]>([
  ['is due', due, ['archive -86399 retention-free']],
  [
    'is archived, and will be terminated',
    { ...cancelled, lifecycle: 'archived', lastActivity: idleFor(6), retentionDays: 2 },
    [
      `notice of terminate ${-2 * DAY_SECONDS + 1} subscription-cancelled`,
      `terminate ${DAY_SECONDS + 1} subscription-cancelled`,
    ],
  ],
  [
    'has been told',
    { ...cancelled, notices: { terminate: { deadline: NOW - DAY_SECONDS + 1, at: NOW - HOUR } } },
    [`terminate ${23 * HOUR} subscription-cancelled`],
  ],
  [
    'is held for a day, and due then',
    { ...due, hold: { until: NOW + DAY_SECONDS } },
    [`notice of archive 0 retention-free`, `archive ${DAY_SECONDS} retention-free`],
  ],
  ['is held without an end', { ...due, hold: {} }, []],
  [
    'is back',
    { lifecycle: 'archived' },
    [
      'restore 0 within-limits',
      `notice of archive ${4 * DAY_SECONDS + 1} retention-free`,
      `archive ${5 * DAY_SECONDS + 1} retention-free`,
    ],
  ],
  [
    'is archived, and held for an hour',
    { lifecycle: 'archived', hold: { until: NOW + HOUR } },
    [
      `restore ${HOUR} within-limits`,
      `notice of archive ${4 * DAY_SECONDS + 1} retention-free`,
      `archive ${5 * DAY_SECONDS + 1} retention-free`,
    ],
  ],
  ['is in hand', { lifecycle: 'archiving', claim: claimWith() }, []],
  ['is gone', { lifecycle: 'terminated' }, []],
])('what lies ahead of one that %s', (_, changes, ahead) => {
  expect(short(explained(changes))).toEqual(ahead);
});

test.each<[string, Partial<WorkspaceRow>, RegExp[]]>([
  ['is active', {}, [/activity of its user now: archive .*, in 7 d/, /extend acme\/ada/, /hold acme\/ada/]],
  ['is cancelled', cancelled, [/a payment .*: archive 20/]],
  ['is held', { ...due, hold: {} }, [/release acme\/ada; retention-free calls for archive then/]],
  ['was asked for', { requested: asked }, [/release acme\/ada; no rule calls for anything then/]],
  ['is archived', { ...due, lifecycle: 'archived' }, [/resume acme\/ada/]],
  [
    'is archived and held',
    { lifecycle: 'archived', hold: {} },
    [/gives it back as soon as it is released, not before: .* after the release/, /it is given back then/],
  ],
  ['is in hand', { lifecycle: 'archiving', claim: claimWith() }, [/stops it there/]],
])('what would move one that %s', (_, changes, patterns) => {
  const { moves } = explained(changes);
  for (const pattern of patterns) expect(moves).toContainEqual(expect.stringMatching(pattern));
});

test.each<[string, Partial<WorkspaceRow>]>([
  ['is suspended', { subscriptionStatus: 'suspended', lastActivity: idleFor(5) }],
  ['is held, and suspended besides', { subscriptionStatus: 'suspended', lastActivity: idleFor(5), hold: {} }],
])('nobody is told to resume an archived workspace that %s, as that is refused', (_, changes) => {
  expect(explained({ lifecycle: 'archived', ...changes }).moves.join(' ')).not.toContain('resume');
});

test('the end of a hold is told, and what is given back then; what is due to be given back is due now', () => {
  const held = explanationLines(
    explained({ lifecycle: 'archived', hold: { until: NOW + HOUR } }),
    silentTerminal(),
  );
  expect(held).toContain('  restore  2027-01-15T09:00:00Z, in 1 h  (within-limits)');
  expect(held).toContain('  it is held until 2027-01-15T09:00:00Z, in 1 h');
  expect(explanationLines(explained({ lifecycle: 'archived' }), silentTerminal())).toContain(
    '  restore  due now  (within-limits)',
  );
});

test('what would move one that is gone: nothing', () => {
  expect(explained({ lifecycle: 'terminated' }).moves).toEqual([]);
});

test('a row that is not understood is explained by the attribute, its value and what was expected', () => {
  const explanation = explain({ lastActivity: 1_800_000_000_000 });
  expect(explanation).toMatchObject({
    kind: 'invalid',
    problems: [
      'lastActivity is 1800000000000, expected whole epoch seconds (ten digits; thirteen would be milliseconds)',
    ],
    reasons: [{ kind: 'invalid-row' }],
  });
  expect(explanationLines(explanation, silentTerminal())).toEqual([
    'acme/ada  invalid, as of 2027-01-15T08:00:00Z',
    '',
    'WHY NOTHING IS DONE TO IT',
    expect.stringContaining('left alone until somebody mends it'),
    '',
    'WHAT TO MEND',
    expect.stringContaining('lastActivity is 1800000000000'),
  ]);
});

test('an hour with its boundary: not due one second before, due at it', () => {
  const at = OK.lastActivity + 7 * DAY_SECONDS + 1;
  const tried = (now: number) => {
    const one = explain({}, {}, now);
    const rules = one.kind === 'explained' ? one.rules : [];
    return rules.find(({ rule }) => rule === 'retention-free')?.outcome;
  };
  expect(explain({}, {}, at - 1)).toMatchObject({ action: 'active' });
  expect(tried(at - 1)).toBe('not yet');
  expect(explain({}, {}, at)).toMatchObject({ action: 'archive', state: 'due' });
  expect(tried(at)).toBe('decides');
});

test('the words of others do nothing to a terminal', () => {
  const lines = explanationLines(
    explained({ hold: { reason: 'a\u001b]0;b\u0007\nc\u202e' } }),
    silentTerminal(),
  );
  expect(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
});
