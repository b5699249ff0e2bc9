import type { PolicyNumbers } from '../../core/policy-numbers.ts';
import type { Transition } from '../../core/workspace-row.ts';
import { showTime } from '../times.ts';
import type { BusiestHour, Compared, Counts, ImpactReport } from './impact-report.ts';

/** Clients that a person is shown; JSON has more. */
const MOST_CLIENTS = 10;
const BAR_CELLS = 40;
const TRANSITIONS = ['archive', 'terminate', 'restore'] as const;
const VERBS: Record<Transition, string> = {
  archive: 'archived',
  terminate: 'terminated',
  restore: 'given back',
};

/** The report in lines for a person: `next (today)` wherever two numbers are compared. */
export function impactText(
  report: ImpactReport,
  policies: { today: PolicyNumbers; next: PolicyNumbers },
): string[] {
  const { workspaces, invalid, standing, total, first } = report;
  return [
    `${count(workspaces)} workspaces as of ${showTime(report.at)}: ${count(standing.held)} held, ${count(standing.extended)} extended, ${count(standing.terminated)} terminated, ${count(standing.underWay)} in transition, ${count(invalid.total)} invalid`,
    ...Object.entries(invalid.reasons).map(([reason, rows]) => `  invalid: ${count(rows)}  ${reason}`),
    `today  ${policyText(policies.today)}`,
    `asked  ${policyText(policies.next)}`,
    '',
    `Within ${report.days === 1 ? '1 day' : `${report.days} days`}, if nobody writes a row: by the policy asked about (by the one of today)`,
    ...tableText([['all', total], ...section('rule', report.byRule), ...section('tier', report.byTier)]),
    '',
    ...clientsText(report),
    `${count(first.earlier)} workspaces are met earlier than today, ${count(first.later)} later, ${count(first.same)} as today.`,
    ...overdueText(report),
    ...notPermittedText(report),
    ...busiestText(report),
    '',
    ...histogramText(report),
    'Nothing was changed.',
  ];
}

function section(name: string, of: Record<string, Compared>): [string, Compared][] {
  return Object.entries(of).map(([key, counts]) => [`${name} ${key}`, counts]);
}

function policyText(numbers: PolicyNumbers): string {
  const { retentionDays: days } = numbers;
  return `free ${days.free} d, pro ${days.pro} d, enterprise ${days.enterprise} d; cancelled ${numbers.cancelledGraceDays} d, suspended ${numbers.suspendedGraceDays} d; unsaved work + ${numbers.unsavedWorkExtraDays} d; notice ${numbers.archiveNoticeHours} h, ${numbers.terminateNoticeHours} h, at least ${numbers.minimumTerminateNoticeHours} h`;
}

function tableText(lines: [string, Compared][]): string[] {
  const width = Math.max(...lines.map(([name]) => name.length));
  const row = (name: string, cells: string[]) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(22)).join('')}`;
  return [
    row(
      '',
      TRANSITIONS.map((one) => VERBS[one]),
    ),
    ...lines.map(([name, counts]) =>
      row(
        name,
        TRANSITIONS.map((one) => comparedText(counts, one)),
      ),
    ),
  ];
}

function comparedText({ next, today }: Compared, transition: Transition): string {
  return `${count(next[transition])} (${count(today[transition])})`;
}

function clientsText({ byClient }: ImpactReport): string[] {
  const shown = byClient.listed.slice(0, MOST_CLIENTS);
  if (shown.length === 0) return [];
  const more = byClient.total - shown.length;
  return [
    `Clients with most changes${more > 0 ? `, and ${count(more)} others` : ''}:`,
    ...tableText(shown.map(({ clientId, ...counts }) => [clientId, counts])),
    '',
  ];
}

function overdueText({ overdue, overdueListed }: ImpactReport): string[] {
  const total = sum(overdue);
  if (total === 0) return ['The deadline of none has passed already.'];
  const left = total - overdueListed.length;
  return [
    `The deadline of ${count(total)} has passed already: ${listText(overdue)}; ${count(overdue.withNotice)} have their notice first.`,
    ...overdueListed.map(({ workspace, transition, rule, at, noticeAt }) => {
      const notice = noticeAt === null ? '' : `notice ${showTime(noticeAt)}, `;
      return `  ${workspace}  ${transition}, ${rule}: ${notice}done ${showTime(at)}`;
    }),
    ...(left > 0 && overdueListed.length > 0 ? [`  and ${count(left)} more`] : []),
  ];
}

function notPermittedText({ notPermitted }: ImpactReport): string[] {
  return Object.entries(notPermitted).map(
    ([reason, counts]) => `Not done as things are set (${reason}): ${listText(counts)} of all of these.`,
  );
}

function busiestText({ busiestHour }: ImpactReport): string[] {
  return Object.entries(busiestHour).flatMap(([loss, hour]: [string, BusiestHour | null]) => {
    if (hour === null || hour.count <= hour.perHour) return [];
    const pause = hour.pauses
      ? ` More than ${count(hour.pausesAbove)} would have to wait, at which the cleanup pauses itself.`
      : '';
    return [
      `In the hour from ${showTime(hour.from)} ${count(hour.count)} are to be ${VERBS[loss as Transition]}, and the budget lets ${count(hour.perHour)} through an hour: the others wait for later hours.${pause}`,
    ];
  });
}

function histogramText({ byDay, later }: ImpactReport): string[] {
  const most = Math.max(1, ...byDay.map(({ next }) => sum(next)));
  const bar = (counts: Counts) => '█'.repeat(Math.ceil((sum(counts) / most) * BAR_CELLS));
  return [
    'Per day, by the policy asked about:',
    ...byDay.map(
      ({ from, next, today }) =>
        `  ${showTime(from).slice(0, 10)}  ${count(sum(next)).padStart(9)} (${count(sum(today))})  ${bar(next)}`,
    ),
    `  later       ${count(sum(later.next)).padStart(9)} (${count(sum(later.today))})`,
  ];
}

function listText(counts: Counts): string {
  const parts = TRANSITIONS.filter((one) => counts[one] > 0).map(
    (one) => `${count(counts[one])} to be ${VERBS[one]}`,
  );
  return parts.length > 0 ? parts.join(', ') : 'none';
}

function sum({ archive, terminate, restore }: Counts): number {
  return archive + terminate + restore;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
