import { allowanceFor } from '../../core/budget.ts';
import { type Control, parseControl } from '../../core/control.ts';
import { historyEntrySchema, SYSTEM } from '../../core/history.ts';
import type { Policy } from '../../core/policy.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { type Loss, parseRow } from '../../core/workspace-row.ts';
import { ActionCounts } from './action-counts.ts';
import type { ConsolePorts } from './console-ports.ts';
import { explainWorkspace } from './explain-workspace.ts';
import { FleetIndex } from './fleet-index.ts';
import type { ControlShown, Loading, Overview, WorkspaceDetail, WorkspacePage } from './protocol.ts';
import { RecentHistory } from './recent-history.ts';
import { summarise } from './summary.ts';
import type { TableQuery } from './table-query.ts';
import { lineOf } from './workspace-view.ts';

type PlainRow = Record<string, unknown>;

const RECENT_SHOWN = 12;
const HISTORY_SHOWN = 50;
const HISTORY_UNREAD = 'the history could not be read; what happened lately may be missing';
/** Nobody has set anything. */
const NOTHING_SET: Control = (() => {
  const parsed = parseControl(undefined);
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
  return parsed.control;
})();

/** The fleet as the console knows it: read once, kept up to date by whoever calls `applyRow` and `readControl`. */
export class LiveFleet {
  readonly index: FleetIndex;
  loading: Loading = { kind: 'reading', rows: 0, readUnits: 0, problem: undefined, finishedAt: undefined };
  private readonly ports: ConsolePorts;
  private readonly recent: RecentHistory;
  private readonly actions: ActionCounts;
  private readonly listeners = new Set<() => void>();
  private control: Control = NOTHING_SET;
  private controlProblems: string[] = [];
  private changes = 0;

  constructor(ports: ConsolePorts) {
    this.ports = ports;
    this.index = new FleetIndex(ports.policy);
    this.recent = new RecentHistory(ports.history);
    this.actions = new ActionCounts(ports.budgets);
  }

  /** Counts everything that is different. */
  get version(): number {
    return this.index.version + this.changes;
  }

  /** Calls `listener` after each change. Returns what ends that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  changed(): void {
    this.changes += 1;
    for (const listener of this.listeners) listener();
  }

  /** A row as it is now; undefined if it is gone. */
  applyRow(id: string, row: PlainRow | undefined): void {
    const isNew = row === undefined ? this.index.delete(id) : this.index.put(row, this.ports.clock.now());
    if (!isNew) return;
    const sequence = this.index.get(id)?.row?.history?.sequence;
    this.changed();
    if (this.loading.kind !== 'ready') return;
    this.recent.note(id, sequence).then(
      () => this.historyWasRead(undefined),
      () => this.historyWasRead(HISTORY_UNREAD),
    );
  }

  /** After all rows have been read: what happened lately. */
  async readRecent(): Promise<void> {
    await this.recent.begin(this.index);
    this.changed();
  }

  /** What may be done, and what has been done of it. Rejects as the SDK does. */
  async readControl(): Promise<void> {
    const parsed = parseControl(await this.ports.control.read());
    const before = limitsIn(this.control);
    this.controlProblems = parsed.kind === 'valid' ? [] : parsed.problems;
    if (parsed.kind === 'valid') this.control = parsed.control;
    const now = this.ports.clock.now();
    if (before !== limitsIn(this.control)) this.index.usePolicy(this.policy(), now);
    await this.actions.refresh(now);
    await this.recent.note(SYSTEM, this.control.history?.sequence);
    this.changed();
  }

  /** The limits that the deployed functions go by, as soon as one of them has noted them; else those of the environment. */
  policy(): Policy {
    return { ...this.ports.policy, ...this.control.limits, former: this.control.former };
  }

  page(query: TableQuery): WorkspacePage {
    const now = this.ports.clock.now();
    const { total, views } = this.index.query(query, now);
    return { now, version: this.version, total, lines: views.map(lineOf) };
  }

  overview(): Overview {
    const now = this.ports.clock.now();
    return {
      now,
      version: this.version,
      loading: this.loading,
      ...summarise(this.index, now),
      actions: this.actions.byDay(now),
      lateness: this.recent.lateness(),
      recent: this.recent.latest(RECENT_SHOWN),
      control: this.shownControl(now),
    };
  }

  /** Undefined if there is no such workspace. Its row is read anew, as somebody is about to decide by it. */
  async detail(key: WorkspaceKey): Promise<WorkspaceDetail | undefined> {
    const row = (await this.ports.workspaces.read(key)) as PlainRow | undefined;
    const id = `${key.clientId}/${key.userId}`;
    if (row === undefined) return undefined;
    const now = this.ports.clock.now();
    this.index.put(row, now);
    const view = this.index.get(id);
    if (view === undefined) return undefined;
    const { entries, next } = await this.ports.history.page(id, HISTORY_SHOWN);
    const assumed = { control: this.control, safety: this.control.installation ?? this.ports.safety };
    return {
      now,
      version: this.version,
      line: lineOf(view),
      problems: view.row ? [] : problemsOf(row, now),
      explanation: view.row && explainWorkspace(view.row, this.policy(), now, assumed),
      row,
      history: entries.flatMap((entry) => {
        const parsed = historyEntrySchema.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      }),
      more: next !== undefined,
    };
  }

  private historyWasRead(problem: string | undefined): void {
    const { problem: known } = this.loading;
    // Another problem is for others to take back.
    if (known === undefined || known === HISTORY_UNREAD) this.loading = { ...this.loading, problem };
    this.changed();
  }

  private shownControl(now: number): ControlShown {
    const { control } = this;
    const safety = control.installation ?? this.ports.safety;
    const use = (loss: Loss) => {
      const { total: perHour, perClient } = allowanceFor(control, loss, safety);
      return { perHour, perClient, used: this.actions.used(loss, now) };
    };
    return {
      pause: control.pause,
      enforcement: control.enforcement ?? safety.enforcement,
      clients: control.clients,
      rollout: control.rollout,
      budgets: { archive: use('archive'), terminate: use('terminate') },
      problems: this.controlProblems,
    };
  }
}

function limitsIn({ limits, former }: Control): string {
  return JSON.stringify([limits, former]);
}

function problemsOf(row: PlainRow, now: number): string[] {
  const parsed = parseRow(row, now);
  return parsed.kind === 'invalid' ? parsed.problems : [];
}
