import { quote } from '../core/describe-problems.ts';
import { type Action, decideAction, nextChange, type Policy, type Rule } from '../core/policy.ts';
import { nextWakeUp } from '../core/wake-up.ts';
import { parseRow } from '../core/workspace-row.ts';
import { type Assumed, stateOf, type WorkspaceState } from '../core/workspace-state.ts';
import type { Line } from './lines.ts';

/** The answer for a row: what the rules say of it, and what they will say next. */
export interface Decision {
  clientId: string;
  userId: string;
  action: Action;
  rule: Rule;
  /** First second after now at which the action differs, epoch seconds; null where none lies ahead. */
  nextAt: number | null;
  nextAction: Action | null;
  /** Where the workspace stands. */
  state: WorkspaceState;
  /** First second, now or later, at which there is something to do for it, epoch seconds; null if never by itself. */
  wakeAt: number | null;
}

export type Decided = { kind: 'decided'; decision: Decision } | { kind: 'bad'; error: string };

/** The answer for one line of input, as a line of output without its end. */
export interface Answer {
  good: boolean;
  text: string;
}

/** Decides a row as it came in (plain values), at `now` (epoch seconds). Nothing is read or written. */
export function decideRow(input: unknown, policy: Policy, now: number, assumed?: Assumed): Decided {
  const parsed = parseRow(input, now);
  if (parsed.kind === 'invalid') return { kind: 'bad', error: parsed.problems.join('; ') };
  const { row } = parsed;
  const { action, rule } = decideAction(row, policy, now);
  // Nothing comes after the end, whatever the rules would say of the row.
  const next = row.lifecycle === 'terminated' ? null : nextChange(row, policy, now);
  const { clientId, userId } = row;
  const nextAt = next?.at ?? null;
  const nextAction = next?.verdict.action ?? null;
  const state = stateOf(row, policy, now, assumed);
  const wakeAt = nextWakeUp(row, policy, now);
  return {
    kind: 'decided',
    decision: { clientId, userId, action, rule, nextAt, nextAction, state, wakeAt },
  };
}

/** The answer to one line; undefined for a blank one, which is counted and not answered. */
export function answerLine(line: Line, policy: Policy, now: number, assumed?: Assumed): Answer | undefined {
  if (line.kind === 'too-long') {
    return bad(line.number, `the line has more than ${line.limitBytes} bytes, expected a row as JSON`);
  }
  // Takes the byte order mark away too, which some editors put at the beginning of a file.
  const text = line.text.trim();
  if (text === '') return undefined;
  const input = readJson(text);
  if (input.kind === 'not-json') {
    return bad(line.number, `the line is not JSON: it is ${quote(text)}, expected a row as a JSON object`);
  }
  const decided = decideRow(input.value, policy, now, assumed);
  if (decided.kind === 'bad') return bad(line.number, decided.error);
  return { good: true, text: JSON.stringify(decided.decision) };
}

function bad(line: number, error: string): Answer {
  return { good: false, text: JSON.stringify({ error, line }) };
}

function readJson(text: string): { kind: 'json'; value: unknown } | { kind: 'not-json' } {
  try {
    return { kind: 'json', value: JSON.parse(text) };
  } catch {
    return { kind: 'not-json' };
  }
}
