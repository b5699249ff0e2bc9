import { InvariantError } from '../../../src/core/errors.ts';
import { type WorkspaceKey, workspacePath } from '../../../src/core/workspace-key.ts';
import type { AccessPoints } from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

/** Access points with the path that each leads to. */
export class MemoryAccessPoints implements AccessPoints {
  private readonly paths = new Map<string, string>();
  private readonly deeds: Deeds;
  private created = 0;

  constructor(deeds: Deeds) {
    this.deeds = deeds;
  }

  /** One that is there already. Returns its id. */
  add(path: string): string {
    this.created += 1;
    const id = `fsap-${this.created.toString(16).padStart(17, '0')}`;
    this.paths.set(id, path);
    return id;
  }

  has(id: string): boolean {
    return this.paths.has(id);
  }

  /** Those that lead to the workspace's home. */
  of(key: WorkspaceKey): string[] {
    return [...this.paths].filter(([, path]) => path === workspacePath(key)).map(([id]) => id);
  }

  async isOurs(key: WorkspaceKey, accessPoint: string): Promise<boolean> {
    return this.paths.get(accessPoint) === workspacePath(key);
  }

  async ensure(key: WorkspaceKey, known?: string): Promise<string> {
    if (known !== undefined && this.paths.get(known) === workspacePath(key)) return known;
    const [existing, ...others] = this.of(key);
    if (others.length > 0)
      throw new InvariantError(`${workspacePath(key)} has ${others.length + 1} access points`);
    if (existing) return existing;
    this.deeds.record('access-given', key);
    return this.add(workspacePath(key));
  }

  async remove(key: WorkspaceKey, known: string | undefined): Promise<'removed' | 'absent' | 'not-ours'> {
    const ids = known === undefined ? this.of(key) : [known].filter((id) => this.paths.has(id));
    if (ids.length === 0) return 'absent';
    if (ids.some((id) => this.paths.get(id) !== workspacePath(key))) return 'not-ours';
    this.deeds.record('access-removed', key);
    for (const id of ids) this.paths.delete(id);
    return 'removed';
  }
}
