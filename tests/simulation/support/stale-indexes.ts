import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { Workspaces } from '../../../src/ports.ts';
import type { MemoryHistory } from '../../support/memory/history.ts';
import { type Item, MemoryTable } from '../../support/memory/table.ts';
import { MemoryWorkspaces } from '../../support/memory/workspaces.ts';

interface Version {
  item: Item | undefined;
  /** Until when the row was this, epoch seconds. */
  until: number;
}

/** Global secondary indexes follow their table with a delay: what is asked of them may be as it was a while ago. */
export class StaleIndexes {
  private readonly rows: MemoryTable;
  private readonly accounts: MemoryTable;
  private readonly history: MemoryHistory;
  private readonly last = new Map<string, Version>();

  constructor(rows: MemoryTable, accounts: MemoryTable, history: MemoryHistory) {
    this.rows = rows;
    this.accounts = accounts;
    this.history = history;
  }

  remember(key: WorkspaceKey, before: Item | undefined, until: number): void {
    this.last.set(showKey(key), { item: before, until });
  }

  /** The same rows, with indexes that are as of what `asOf` says each time; undefined for now. */
  over(workspaces: MemoryWorkspaces, asOf: () => number | undefined): Workspaces {
    const indexed = () => {
      const time = asOf();
      if (time === undefined) return workspaces;
      return new MemoryWorkspaces(this.rowsAsOf(time), this.accounts, this.history);
    };
    return Object.assign(Object.create(workspaces) as MemoryWorkspaces, {
      waiting: (...args: Parameters<Workspaces['waiting']>) => indexed().waiting(...args),
      armedBetween: (...args: Parameters<Workspaces['armedBetween']>) => indexed().armedBetween(...args),
    });
  }

  private rowsAsOf(time: number): MemoryTable {
    const rows = new MemoryTable();
    for (const row of this.rows.items()) {
      const before = this.last.get(showKey(row as unknown as WorkspaceKey));
      const item = before !== undefined && before.until > time ? before.item : row;
      if (item !== undefined) rows.put(item);
    }
    return rows;
  }
}
