import { entryKey, type HistoryEntry } from '../../../src/core/history.ts';
import type { ChangeRecord, History } from '../../../src/ports.ts';

/** The entries of `WorkspaceHistory` in memory, and their stream. */
export class MemoryHistory implements History {
  readonly entries: HistoryEntry[] = [];
  private readonly byWorkspace = new Map<string, HistoryEntry[]>();
  private taken = 0;

  /** In the transaction of the change that it tells of. Throws if the entry is there already. */
  put(entry: HistoryEntry): void {
    const known = this.of(entry.workspace);
    if (known.some((other) => entryKey(other) === entryKey(entry)))
      throw new Error(`${entry.workspace} has an entry ${entryKey(entry)} already`);
    const stored = JSON.parse(JSON.stringify(entry)) as HistoryEntry;
    this.entries.push(stored);
    this.byWorkspace.set(entry.workspace, [...known, stored]);
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
