import { type HistoryEntry, historyEntrySchema, SYSTEM } from '../../core/history.ts';
import type { History } from '../../ports.ts';
import type { FleetIndex } from './fleet-index.ts';
import type { Lateness } from './protocol.ts';

/** So many entries are kept, and so many workspaces are asked at the start: a read unit each. */
const MOST_ENTRIES = 600;
const ASKED_AT_START = 150;
/** Of one workspace at one time. */
const MOST_NEW = 10;
const AT_START = 3;
const SYSTEM_ENTRIES = 20;
/** Lookups side by side. */
const CONCURRENCY = 4;

/**
 * What happened lately. The history has no index by time, but each row says when its last entry was written, and which number
 * it has: so only workspaces that something happened to are asked, and only for what is new.
 */
export class RecentHistory {
  private readonly history: Pick<History, 'page'>;
  /** By workspace and number. */
  private readonly entries = new Map<string, HistoryEntry>();
  /** The last number that is known, by workspace. */
  private readonly known = new Map<string, number>();
  private wanted: { workspace: string; count: number }[] = [];
  private working = 0;

  constructor(history: Pick<History, 'page'>) {
    this.history = history;
  }

  /** Asks for the last entries of those workspaces that something happened to last. */
  async begin(fleet: FleetIndex): Promise<void> {
    const latest = [...fleet.all()]
      .flatMap(({ id, row }) => (row?.history ? [{ id, ...row.history }] : []))
      .sort((a, b) => b.at - a.at);
    for (const { id, sequence } of latest) this.known.set(id, sequence);
    const asked = latest.slice(0, ASKED_AT_START).map(({ id }) => ({ workspace: id, count: AT_START }));
    this.wanted.push(...asked, { workspace: SYSTEM, count: SYSTEM_ENTRIES });
    await this.work();
  }

  /** A row, or the system, says that this is the number of its last entry. Resolves when what is new has been read. */
  async note(workspace: string, sequence: number | undefined): Promise<void> {
    const before = this.known.get(workspace) ?? 0;
    if (sequence === undefined || sequence <= before) return;
    this.known.set(workspace, sequence);
    this.wanted.push({ workspace, count: Math.min(sequence - before, MOST_NEW) });
    await this.work();
  }

  /** The latest first. */
  latest(count: number): HistoryEntry[] {
    return [...this.entries.values()].sort((a, b) => b.at - a.at || b.sequence - a.sequence).slice(0, count);
  }

  /** What was done to take something away, the latest last. */
  lateness(): Lateness[] {
    return [...this.entries.values()]
      .flatMap(({ workspace, what, at, latenessSeconds: seconds }) =>
        (what === 'archived' || what === 'terminated') && seconds !== undefined
          ? [{ workspace, what, at, seconds }]
          : [],
      )
      .sort((a, b) => a.at - b.at);
  }

  private async work(): Promise<void> {
    const workers = Array.from({ length: Math.max(0, CONCURRENCY - this.working) }, async () => {
      this.working += 1;
      try {
        for (let next = this.wanted.shift(); next; next = this.wanted.shift()) await this.read(next);
      } finally {
        this.working -= 1;
      }
    });
    await Promise.all(workers);
  }

  private async read({ workspace, count }: { workspace: string; count: number }): Promise<void> {
    const { entries } = await this.history.page(workspace, count);
    for (const plain of entries) {
      const parsed = historyEntrySchema.safeParse(plain);
      if (parsed.success) this.entries.set(`${workspace}#${parsed.data.sequence}`, parsed.data);
    }
    if (this.entries.size <= MOST_ENTRIES) return;
    const oldest = [...this.entries]
      .sort(([, a], [, b]) => a.at - b.at)
      .slice(0, this.entries.size - MOST_ENTRIES);
    for (const [key] of oldest) this.entries.delete(key);
  }
}
