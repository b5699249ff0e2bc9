import { tableLines } from '../table.ts';
import { type Paint, plain, type Terminal } from '../terminal.ts';
import { showDistance, showTime } from '../times.ts';
import type { Ahead } from './ahead.ts';
import type { Explained, Explanation } from './explain.ts';
import type { TriedRule } from './tried-rules.ts';

/** An explanation for a person: what is ahead, why not so far, each rule, and what would move it. */
export function explanationLines(explanation: Explanation, terminal: Terminal): string[] {
  const { workspace, now } = explanation;
  const { paint } = terminal;
  if (explanation.kind === 'invalid') {
    return [
      `${paint.bold(workspace)}  ${paint.red('invalid')}, as of ${showTime(now)}`,
      '',
      ...titled(
        'WHY NOTHING IS DONE TO IT',
        explanation.reasons.map(({ text }) => text),
        paint,
      ),
      ...titled('WHAT TO MEND', explanation.problems, paint),
    ].slice(0, -1);
  }
  const { lifecycle, state, action, rule, reasons, moves } = explanation;
  return [
    `${paint.bold(workspace)}  ${lifecycle}, ${state}, as of ${showTime(now)}`,
    `the rules say ${paint.bold(action)}, by ${rule}`,
    '',
    ...titled('WHAT LIES AHEAD, IF NOBODY DOES ANYTHING', aheadLines(explanation), paint),
    ...titled(
      'WHY IT HAS NOT HAPPENED SO FAR',
      reasons.map(({ text }) => text),
      paint,
    ),
    ...titled('WHAT WOULD MOVE IT', moves, paint),
    paint.bold('THE RULES, AS THEY WERE TRIED'),
    ...ruleLines(explanation.rules, terminal),
  ];
}

function titled(title: string, lines: readonly string[], paint: Paint): string[] {
  if (lines.length === 0) return [];
  return [paint.bold(title), ...lines.map((line) => `  ${plain(line)}`), ''];
}

function aheadLines({ ahead, now }: Explained): string[] {
  if (ahead.length === 0) return ['nothing'];
  return ahead.map((one) => {
    return `${nameOf(one)}  ${whenOf(one, now)}  (${one.rule})`;
  });
}

/** What is due without that anybody knows since when is due now. */
function whenOf({ at }: Ahead, now: number): string {
  if (at === now) return 'due now';
  return `${at < now ? 'due since ' : ''}${showTime(at)}, ${showDistance(at, now)}`;
}

function nameOf({ what, of }: Ahead): string {
  return of === undefined ? what : `${what} of ${of}`;
}

function ruleLines(rules: readonly TriedRule[], { columns, paint }: Terminal): string[] {
  const rows = rules.map(({ rule, says, outcome, because }) => [
    `  ${rule}`,
    says,
    outcome === 'decides' ? paint.green(outcome) : outcome,
    plain(because),
  ]);
  const titles = [
    { title: '  RULE' },
    { title: 'SAYS' },
    { title: 'OUTCOME' },
    { title: 'BECAUSE', atLeast: 30 },
  ];
  return tableLines(titles, rows, columns);
}
