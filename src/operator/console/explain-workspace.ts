import { enforcementFor } from '../../core/control.ts';
import { type Foreseen, foresee } from '../../core/forecast.ts';
import { isInBetween } from '../../core/lifecycle.ts';
import { decideNoticeGate, isNoticed } from '../../core/notice.ts';
import {
  decideAction,
  isExtended,
  isHeld,
  limitsOf,
  type Policy,
  type Rule,
  standingRequest,
} from '../../core/policy.ts';
import { judgeReturn } from '../../core/resume.ts';
import type { Loss, WorkspaceRow } from '../../core/workspace-row.ts';
import type { Assumed } from '../../core/workspace-state.ts';
import { calledFor, nextLoss } from './next-loss.ts';
import type { Explanation, NextLoss, RuleTried } from './protocol.ts';
import { duration, inUtc } from './say-time.ts';

/** The rules in the order of the table. */
const RULES: readonly { rule: Rule; action: Loss; when: string }[] = [
  { rule: 'subscription-cancelled', action: 'terminate', when: 'the subscription is cancelled' },
  { rule: 'subscription-suspended', action: 'archive', when: 'the subscription is suspended' },
  { rule: 'retention-free', action: 'archive', when: 'the tier is free' },
  { rule: 'retention-pro', action: 'archive', when: 'the tier is pro' },
  { rule: 'retention-enterprise', action: 'archive', when: 'the tier is enterprise' },
];

/**
 * Why a workspace is where it is at `now` (epoch seconds), in plain words: the rules that were tried with their values, what
 * comes next, why nothing has happened so far, and what would move it. `assumed` is what `CleanupControl` says.
 */
export function explainWorkspace(
  row: WorkspaceRow,
  policy: Policy,
  now: number,
  assumed: Assumed,
): Explanation {
  const { action, rule, idleSeconds } = decideAction(row, policy, now);
  const next = nextLoss(row, policy, now);
  const [first] = foresee(row, policy, now);
  const restoreAt = first?.transition === 'restore' && !first.isUnderWay ? first.at : undefined;
  const headline =
    restoreAt === undefined
      ? headlineOf(row, policy, calledFor(row, policy, now), now)
      : restoreInWords(row, restoreAt, now);
  return {
    headline,
    action,
    rule,
    idleSeconds,
    next,
    restoreAt,
    notice: noticeOf(row, first),
    rules: triedRules(row, policy, now),
    because: becauseOf(row, policy, now, assumed),
    movers: moversOf(row, policy, next, now),
    mayResume: judgeReturn(row, policy, now).kind === 'entitled',
  };
}

function triedRules(row: WorkspaceRow, policy: Policy, now: number): RuleTried[] {
  const limits = limitsOf(row, policy);
  const { idleSeconds, rule: deciding } = decideAction(row, policy, now);
  const passed = limits.find(({ idleLimitSeconds }) => idleSeconds > idleLimitSeconds)?.rule;
  const decides = deciding === 'operator-request' ? undefined : passed;
  return RULES.map(({ rule, action, when }) => {
    const limit = limits.find((one) => one.rule === rule)?.idleLimitSeconds;
    const holds = limit !== undefined && idleSeconds > limit;
    const settled = rule === decides ? 'decides' : holds ? 'holds' : 'waits';
    return {
      rule,
      action,
      when,
      applies: limit !== undefined,
      why: limit === undefined ? factAgainst(rule, row) : '',
      idleSeconds,
      idleLimitSeconds: limit,
      holdsFrom: limit === undefined ? undefined : row.lastActivity + limit + 1,
      outcome: limit === undefined ? 'not-applicable' : settled,
    };
  });
}

function factAgainst(rule: Rule, row: WorkspaceRow): string {
  return rule.startsWith('subscription-')
    ? `the subscription is ${row.subscriptionStatus}`
    : `the tier is ${row.subscriptionTier}`;
}

/** A rule with its number, e.g. `free and idle for more than 7 d`. */
function ruleInWords(rule: Rule, row: WorkspaceRow, policy: Policy): string {
  if (rule === 'operator-request') return `asked for by ${row.requested?.by}, ${row.requested?.reason}`;
  const limit = limitsOf(row, policy).find((one) => one.rule === rule);
  const name = rule.replace(/^(subscription|retention)-/, '');
  if (limit === undefined) return name;
  const own = rule.startsWith('retention-') && row.retentionDays !== undefined ? ' (its own limit)' : '';
  return `${name} and idle for more than ${duration(limit.idleLimitSeconds)}${own}`;
}

function headlineOf(row: WorkspaceRow, policy: Policy, next: NextLoss | undefined, now: number): string {
  const { lifecycle } = row;
  if (lifecycle === 'terminated')
    return 'It is terminated: its files are gone, and nothing comes after that.';
  if (isInBetween(lifecycle)) return `It is ${lifecycle} right now.`;
  if (next === undefined) {
    if (isHeld(row, now)) return heldInWords(row);
    return lifecycle === 'archived'
      ? 'It is archived: its files are kept, and its user can have it back.'
      : 'Nothing lies ahead.';
  }
  const what = next.loss === 'archive' ? 'archived' : 'terminated';
  const { rule } = decideAction({ ...row, hold: undefined, extension: undefined }, policy, next.at);
  const why = ruleInWords(rule, row, policy);
  if (next.at <= now) return `It is due to be ${what} since ${inUtc(next.at)}: ${why}.`;
  return `It will be ${what} in ${duration(next.at - now)}, at ${inUtc(next.at)}: then it is ${why}.`;
}

function heldInWords({ hold }: WorkspaceRow): string {
  if (hold?.until === undefined) return 'It is held until somebody releases it: nothing is done to it.';
  return `It is held until ${inUtc(hold.until)}: nothing is done to it before.`;
}

function restoreInWords(row: WorkspaceRow, at: number, now: number): string {
  if (at <= now) return 'It is archived, and due to be given back.';
  const then = `given back in ${duration(at - now)}`;
  if (isHeld(row, now)) return `${heldInWords(row)} Then it is ${then}.`;
  return `It is archived, and will be ${then}, at ${inUtc(at)}.`;
}

/** The notice of what comes first: what is due without one, or is given back, has none. */
function noticeOf(row: WorkspaceRow, first: Foreseen | undefined): Explanation['notice'] {
  if (first === undefined || first.transition === 'restore') return undefined;
  const { transition: loss, deadline, noticeAt } = first;
  const given = row.notices?.[loss];
  if (given && isNoticed(row, { loss, deadline })) return { kind: 'given', at: given.at };
  return noticeAt === undefined ? undefined : { kind: 'planned', at: noticeAt };
}

/** Why nothing has happened so far; the first is what counts most. */
function becauseOf(row: WorkspaceRow, policy: Policy, now: number, assumed: Assumed): string[] {
  if (row.lifecycle !== 'active' && row.lifecycle !== 'archived') return [];
  const because = [...keptBy(row, now), ...heldBackBy(row, now), ...askedFor(row, now)];
  const { action, since, idleSeconds } = decideAction(row, policy, now);
  if (action === 'active') {
    const passed = limitsOf(row, policy).some(({ idleLimitSeconds }) => idleSeconds > idleLimitSeconds);
    if (!passed) because.push(`It was used ${duration(idleSeconds)} ago, which is within its limits.`);
  } else if (!(action === 'archive' && row.lifecycle === 'archived')) {
    const gate = decideNoticeGate(row, policy, { loss: action, deadline: since }, now);
    if (gate.kind === 'patience')
      because.push(`Its notice is running: nothing is taken away before ${inUtc(gate.due)}.`);
    if (gate.kind === 'notify') because.push('Its notice has to go out first.');
  }
  return [...because, ...controlWords(row, assumed)];
}

/** What an operator wants, also before it counts. */
function askedFor(row: WorkspaceRow, now: number): string[] {
  const requested = standingRequest(row);
  if (requested === undefined) return [];
  const { action, at, by, reason } = requested;
  const when = at > now ? `, from ${inUtc(at)} on` : '';
  return [`${by} has asked to ${action} it${when}: ${reason}.`];
}

function keptBy(row: WorkspaceRow, now: number): string[] {
  const words: string[] = [];
  const who = (keeping: { by?: string | undefined; reason?: string | undefined } | undefined) =>
    `${keeping?.by === undefined ? '' : ` by ${keeping.by}`}: ${keeping?.reason ?? 'no reason is given'}`;
  const { hold, extension } = row;
  if (isHeld(row, now)) {
    const end = hold?.until === undefined ? 'until it is released' : `until ${inUtc(hold.until)}`;
    words.push(`It is held ${end}${who(hold)}.`);
  }
  if (extension && isExtended(row, now))
    words.push(`Its deadline was moved to ${inUtc(extension.until)}${who(extension)}.`);
  return words;
}

function heldBackBy({ heldBack }: WorkspaceRow, now: number): string[] {
  if (heldBack === undefined) return [];
  const matter = heldBack.matter.startsWith('notify-')
    ? `the notice of its ${heldBack.matter === 'notify-archive' ? 'archive' : 'termination'}`
    : `to ${heldBack.matter} it`;
  const since = `since ${inUtc(heldBack.since)}`;
  switch (heldBack.reason) {
    case 'observe':
      return [`Its client is only observed: ${matter} was recorded, and not done, ${since}.`];
    case 'off':
      return [`The cleanup is off for its client: ${matter} waits ${since}.`];
    case 'paused':
      return [`The cleanup is paused: ${matter} waits ${since}.`];
    case 'control-invalid':
      return [`CleanupControl is not understood, so ${matter} waits ${since}.`];
    case 'budget': {
      const turn = heldBack.until === undefined ? 'later' : inUtc(heldBack.until);
      const wait = heldBack.until === undefined ? '' : `, in ${duration(Math.max(0, heldBack.until - now))}`;
      return [`The budget of the hour was used up: its turn comes ${turn}${wait}.`];
    }
  }
}

function controlWords(row: WorkspaceRow, { control, safety }: Assumed): string[] {
  const words: string[] = [];
  const mode = enforcementFor(control, row.clientId, safety);
  if (mode !== 'enforce' && row.heldBack === undefined)
    words.push(
      mode === 'observe'
        ? 'Its client is only observed: what is due will be recorded, and not done.'
        : 'The cleanup is off for its client: nothing will be done.',
    );
  if (control.pause && row.heldBack?.reason !== 'paused')
    words.push(`The cleanup is paused by ${control.pause.by}: nothing is taken from anybody meanwhile.`);
  return words;
}

function moversOf(row: WorkspaceRow, policy: Policy, next: NextLoss | undefined, now: number): string[] {
  if (row.lifecycle === 'terminated') return [];
  if (row.lifecycle === 'archived') {
    const isEntitled = judgeReturn({ ...row, hold: undefined }, policy, now).kind === 'entitled';
    const back = isEntitled
      ? 'Its user comes back (or you resume it): access is given back within two minutes.'
      : 'A payment: billing has to say that the subscription is active before it can be had back.';
    if (isHeld(row, now)) return ['A release, first of all: while it is held nobody gets it back.', back];
    return [back, ...(next ? ['A hold keeps it as it is.'] : [])];
  }
  if (next === undefined && row.hold === undefined) return [];
  return [
    'Activity: the limit counts from the last one.',
    'Billing: another status or tier has another limit.',
    row.hold
      ? 'A release: the rules apply again, from its true idle time.'
      : 'A hold keeps it from everything.',
    ...(askedFor(row, now).length > 0 ? ['A release takes back what has been asked for.'] : []),
    ...(next ? ['An extension moves the deadline to a time that you choose.'] : []),
  ];
}
