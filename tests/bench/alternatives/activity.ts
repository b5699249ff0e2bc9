import {
  NO_SESSION,
  type Report,
  type Session,
  type SessionSettings,
  type Step,
  tick,
  use,
} from '../../../src/reporter/session.ts';
import type { Use } from '../../simulation/replay/read-activity.ts';

/** What the reporter in a container sends, and when. Epoch seconds. */
export interface SentReport extends Report {
  workspace: string;
  at: number;
}

/** As `workspace-reporter` has it where nobody sets anything. */
export const SESSION_EDGES: SessionSettings = { intervalSeconds: 3_600, idleSeconds: 300 };

/** The times of use of workspaces, epoch seconds, each in order. */
export type UsesOfEach = Iterable<readonly [workspace: string, times: Iterable<number>]>;

/** The reports of these uses, by the reporter's own code in virtual time, in order of time. */
export function reportsOf(uses: UsesOfEach, settings: SessionSettings = SESSION_EDGES): SentReport[] {
  const reports: SentReport[] = [];
  for (const [workspace, times] of uses) {
    const reporter = new Reporter(workspace, settings, reports);
    for (const at of times) reporter.use(at);
    reporter.tickUntil(Number.POSITIVE_INFINITY);
  }
  return reports.sort((a, b) => a.at - b.at);
}

/** The times of use of each workspace, from a list of all. */
export function usesOfEach(uses: readonly Use[]): Map<string, number[]> {
  const each = new Map<string, number[]>();
  for (const { workspace, at } of uses) {
    const times = each.get(workspace);
    if (times) times.push(at);
    else each.set(workspace, [at]);
  }
  return each;
}

class Reporter {
  private readonly workspace: string;
  private readonly settings: SessionSettings;
  private readonly sent: SentReport[];
  private session: Session = NO_SESSION;
  private tickAt: number | undefined;

  constructor(workspace: string, settings: SessionSettings, sent: SentReport[]) {
    this.workspace = workspace;
    this.settings = settings;
    this.sent = sent;
  }

  use(at: number): void {
    this.tickUntil(at);
    this.take(use(this.session, at, at, this.settings), at);
  }

  tickUntil(end: number): void {
    while (this.tickAt !== undefined && this.tickAt < end) {
      const at = this.tickAt;
      this.take(tick(this.session, at, this.settings), at);
    }
  }

  private take({ session, report, tickAt }: Step, at: number): void {
    this.session = session;
    this.tickAt = tickAt;
    if (report) this.sent.push({ workspace: this.workspace, at, ...report });
  }
}
