import pc from 'picocolors';
import type { Judgement } from '../fleet/judge.ts';
import { type Outcome, problemsOf } from './show.ts';
import { type Column, renderTable } from './table.ts';
import { inDays, inUtc } from './words.ts';

const COLUMNS: readonly Column[] = [
  { title: 'WORKSPACE', width: 13 },
  { title: 'SHOWS', width: 40 },
  { title: 'BECOMES', width: 11 },
  { title: 'RULE', width: 23 },
  { title: 'DEADLINE (UTC)', width: 20 },
  { title: 'DAY', width: 7, right: true },
  { title: 'LATE', width: 6, right: true },
  { title: '', width: 20 },
];

/** What became of the sample fleet, as a table and a verdict that says whether all was as it must be. */
export function summaryOf(outcome: Outcome, start: number): string {
  const sorted = [...outcome.judgements].sort((a, b) => (a.due ?? Infinity) - (b.due ?? Infinity));
  const rows = sorted.map((judgement) => cellsOf(judgement, start));
  return `\n${renderTable(COLUMNS, rows)}\n\n${verdictOf(outcome)}\n`;
}

/** Whether all was as it must be: one line, and one more for each problem. */
export function verdictOf(outcome: Outcome): string {
  const problems = problemsOf(outcome);
  if (problems.length > 0) {
    const list = problems.map((problem) => pc.red(`  ${problem}`));
    return [pc.red(`${problems.length} of the expectations failed:`), ...list].join('\n');
  }
  const lateness = outcome.judgements.flatMap(({ done, due }) =>
    done && due !== undefined ? [done.at - due] : [],
  );
  const latest = Math.max(0, ...lateness).toFixed(0);
  return pc.green(
    `All ${lateness.length} changes as they must be, the latest ${latest} s after its deadline; nothing else was touched.`,
  );
}

function cellsOf({ workspace, shows, becomes, due, done, problem }: Judgement, start: number): string[] {
  return [
    workspace,
    shows,
    becomes,
    done?.rule ?? '',
    due === undefined ? '' : inUtc(due),
    due === undefined ? '' : inDays(due - start),
    done && due !== undefined ? `${(done.at - due).toFixed(0)} s` : '',
    problem ? pc.red(problem) : pc.green(becomes === 'nothing' ? 'left alone' : 'ok'),
  ];
}
