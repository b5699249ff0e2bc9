import { entryKey, type HistoryEntry } from '../../../src/core/history.ts';
import type { ChangeRecord, History } from '../../../src/ports.ts';

/** The entries of `WorkspaceHistory` in memory, and their stream. */
export class MemoryHistory implements History {
  readonly entries: HistoryEntry[] = [];
  private readonly byWorkspace = new Map<string, HistoryEntry[]>();
  private readonly keys = new Set<string>();
  private taken = 0;

  /** In the transaction of the change that it tells of. Throws if the entry is there already. */
  put(entry: HistoryEntry): void {
    const key = `${entry.workspace}\u0000${entryKey(entry)}`;
    if (this.keys.has(key)) throw new Error(`${entry.workspace} has an entry ${entryKey(entry)} already`);
    const stored = JSON.parse(JSON.stringify(entry)) as HistoryEntry;
    this.keys.add(key);
    this.entries.push(stored);
    const known = this.byWorkspace.get(entry.workspace);
    if (known) known.push(stored);
    else this.byWorkspace.set(entry.workspace, [stored]);
  }

  /** Those about one workspace, `client/user`, in their order. */
  of(workspace: string): HistoryEntry[] {
    return this.byWorkspace.get(workspace) ?? [];
  }

  async page(workspace: string, limit: number, before?: string) {
    const entries = this.of(workspace)
      .map((entry) => ({ ...entry, entry: entryKey(entry) }))
      .filter(({ entry }) => before === undefined || entry < before)
      .sort((a, b) => (a.entry < b.entry ? 1 : -1));
    const page = entries.slice(0, limit);
    return { entries: page, next: entries.length > limit ? page.at(-1)?.entry : undefined };
  }

  /** The records of the stream since the last call. */
  takeChanges(): ChangeRecord[] {
    const records = this.entries.slice(this.taken).map((entry, index): ChangeRecord => {
      const key = { workspace: entry.workspace, entry: entryKey(entry) };
      return {
        sequenceNumber: String(this.taken + index + 1),
        itemKey: `${key.workspace}\u0000${key.entry}`,
        key,
        newImage: () => ({ ...entry, ...key }),
        oldImage: () => undefined,
      };
    });
    this.taken = this.entries.length;
    return records;
  }
}
