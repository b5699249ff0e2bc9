import { type WorkspaceKey, workspacePath } from '../../../src/core/workspace-key.ts';
import type { WorkspaceFiles } from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

/** Homes on the file system, by their paths. */
export class MemoryFiles implements WorkspaceFiles {
  /** False where this installation has no file system mounted. */
  mounted = true;
  /** How many more calls find something left to delete. */
  slicesLeft = 0;
  private readonly homes = new Set<string>();
  private readonly deeds: Deeds;

  constructor(deeds: Deeds) {
    this.deeds = deeds;
  }

  add(key: WorkspaceKey): void {
    this.homes.add(workspacePath(key));
  }

  has(key: WorkspaceKey): boolean {
    return this.homes.has(workspacePath(key));
  }

  async remove(key: WorkspaceKey): Promise<'deleted' | 'unfinished' | 'retained'> {
    if (!this.mounted) return 'retained';
    if (this.has(key)) this.deeds.record('files-deleted', key);
    if (this.slicesLeft > 0) {
      this.slicesLeft -= 1;
      return 'unfinished';
    }
    this.homes.delete(workspacePath(key));
    return 'deleted';
  }
}
