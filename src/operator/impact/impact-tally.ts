import { type Control, permissionFor, type Safety } from '../../core/control.ts';
import { type Foreseen, foresee } from '../../core/forecast.ts';
import { DAY_SECONDS, isExtended, isHeld, type Policy } from '../../core/policy.ts';
import { showKey } from '../../core/workspace-key.ts';
import { parseRow, type WorkspaceRow } from '../../core/workspace-row.ts';
import { ClientCounts } from './client-counts.ts';
import { HourCounts } from './hour-counts.ts';
import {
  type AtOnce,
  type Compared,
  type Counts,
  type ImpactReport,
  noCounts,
  noneCompared,
} from './impact-report.ts';
import { reasonOf } from './reason-of.ts';

export interface ImpactQuestion {
  /** When it is asked, epoch seconds. */
  now: number;
  /** So many days are looked ahead, from 1 to 366. */
  days: number;
  /** What the functions go by, with the limits before. */
  today: Policy;
  /** What is asked about, with the limits before, which are then those of today. */
  next: Policy;
  control: Control;
  safety: Safety;
  /** So many of those whose deadline has passed already are listed; they are all counted. */
  mostListed: number;
}

/** Reasons that rows are invalid for; more different ones are counted as `others`. */
const MOST_REASONS = 100;

/**
 * What a policy would do to the fleet, row by row, and none of them is kept: memory is that of the counts, however many rows
 * there are. Compares what the policy of today does within the same days.
 */
export class ImpactTally {
  private readonly question: ImpactQuestion;
  private rows = 0;
  private readonly invalid = new Map<string, number>();
  private readonly standing = { held: 0, extended: 0, terminated: 0, underWay: 0 };
  private readonly total = noneCompared();
  private readonly later = noneCompared();
  private readonly byRule = new Map<string, Compared>();
  private readonly byTier = new Map<string, Compared>();
  private readonly byClient = new ClientCounts();
  private readonly byDay: Compared[];
  private readonly hours: HourCounts;
  private readonly first = { earlier: 0, later: 0, same: 0 };
  private readonly notPermitted: Record<string, Counts> = {};
  private readonly overdue = { ...noCounts(), withNotice: 0 };
  private readonly listed: AtOnce[] = [];

  constructor(question: ImpactQuestion) {
    this.question = question;
    this.byDay = Array.from({ length: question.days }, noneCompared);
    this.hours = new HourCounts(question.now, question.days);
  }

  /** Takes a row into account, as it came from the table. */
  add(input: unknown): void {
    const { now } = this.question;
    this.rows += 1;
    const parsed = parseRow(input, now);
    if (parsed.kind === 'invalid') this.countInvalid(parsed.problems);
    else this.addValid(parsed.row);
  }

  private addValid(row: WorkspaceRow): void {
    const { now, today, next } = this.question;
    this.countStanding(row);
    const before = foresee(row, today, now);
    const after = foresee(row, next, now);
    for (const one of before) if (!one.isUnderWay) this.enter('today', row, one);
    for (const one of after) {
      if (one.isUnderWay) continue;
      this.enter('next', row, one);
      if (this.isWithin(one)) this.countPermission(row, one);
      if (one.deadline <= now) this.countOverdue(row, one);
    }
    this.compareFirst(before[0], after[0]);
  }

  report(): ImpactReport {
    const { now, days, safety, control } = this.question;
    const sorted = (map: Map<string, Compared>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
      at: Math.floor(now),
      days,
      workspaces: this.rows,
      invalid: {
        total: [...this.invalid.values()].reduce((sum, count) => sum + count, 0),
        reasons: Object.fromEntries([...this.invalid].sort(([, a], [, b]) => b - a)),
      },
      standing: this.standing,
      total: this.total,
      byRule: sorted(this.byRule),
      byTier: sorted(this.byTier),
      byClient: this.byClient.report(),
      byDay: this.byDay.map((counts, day) => ({ day, from: Math.floor(now) + day * DAY_SECONDS, ...counts })),
      later: this.later,
      first: this.first,
      notPermitted: this.notPermitted,
      overdue: this.overdue,
      overdueListed: this.listed,
      busiestHour: this.hours.busiest(control, safety),
    };
  }

  private enter(of: 'today' | 'next', row: WorkspaceRow, { transition, rule, at }: Foreseen): void {
    const { now, days } = this.question;
    const day = Math.floor((at - now) / DAY_SECONDS);
    if (day >= days) {
      this.later[of][transition] += 1;
      return;
    }
    const client = this.byClient.of(row.clientId);
    const all = [this.total, entryOf(this.byRule, rule), entryOf(this.byTier, row.subscriptionTier), client];
    for (const counts of [...all, this.byDay[day]]) if (counts) counts[of][transition] += 1;
    if (of === 'next' && transition !== 'restore') this.hours.count(transition, at);
  }

  private isWithin({ at }: Foreseen): boolean {
    const { now, days } = this.question;
    return Math.floor((at - now) / DAY_SECONDS) < days;
  }

  private countInvalid([problem = 'unknown']: string[]): void {
    const reason = reasonOf(problem);
    const known = this.invalid.has(reason) || this.invalid.size < MOST_REASONS ? reason : 'others';
    this.invalid.set(known, (this.invalid.get(known) ?? 0) + 1);
  }

  private countStanding(row: WorkspaceRow): void {
    const { now } = this.question;
    if (row.lifecycle === 'terminated') this.standing.terminated += 1;
    else if (row.lifecycle !== 'active' && row.lifecycle !== 'archived') this.standing.underWay += 1;
    if (isHeld(row, Math.floor(now))) this.standing.held += 1;
    else if (isExtended(row, Math.floor(now))) this.standing.extended += 1;
  }

  /** What is not enforced for the client is decided all the same, and nothing is taken. */
  private countPermission(row: WorkspaceRow, { transition }: Foreseen): void {
    if (transition === 'restore') return;
    const { control, safety } = this.question;
    const permission = permissionFor(control, row.clientId, transition, safety);
    if (permission === 'go') return;
    this.notPermitted[permission] ??= noCounts();
    this.notPermitted[permission][transition] += 1;
  }

  private countOverdue(row: WorkspaceRow, { transition, rule, deadline, at, noticeAt }: Foreseen): void {
    this.overdue[transition] += 1;
    if (noticeAt !== undefined) this.overdue.withNotice += 1;
    if (this.listed.length >= this.question.mostListed) return;
    const notice = noticeAt === undefined ? null : Math.ceil(noticeAt);
    this.listed.push({
      workspace: showKey(row),
      transition,
      rule,
      deadline,
      at: Math.ceil(at),
      noticeAt: notice,
    });
  }

  private compareFirst(before: Foreseen | undefined, after: Foreseen | undefined): void {
    const [is, will] = [before?.at ?? Number.POSITIVE_INFINITY, after?.at ?? Number.POSITIVE_INFINITY];
    if (will < is) this.first.earlier += 1;
    else if (will > is) this.first.later += 1;
    else this.first.same += 1;
  }
}

function entryOf(map: Map<string, Compared>, name: string): Compared {
  const known = map.get(name) ?? noneCompared();
  map.set(name, known);
  return known;
}
