import { type WorkspaceKey, workspacePath } from '../../../src/core/workspace-key.ts';
import type { AccessPoints, FoundAccess } from '../../../src/ports.ts';
import type { Deeds } from './deeds.ts';

interface MemoryAccessPoint {
  path: string;
  posixUid: number | undefined;
}

/** The user that owns homes which nobody said anything else about. */
export const OK_POSIX_UID = 70_000;

/** Access points with the path that each leads to. */
export class MemoryAccessPoints implements AccessPoints {
  private readonly all = new Map<string, MemoryAccessPoint>();
  private readonly deeds: Deeds;
  private created = 0;

  constructor(deeds: Deeds) {
    this.deeds = deeds;
  }

  /** One that is there already. Returns its id. */
  add(path: string, posixUid: number | undefined = OK_POSIX_UID): string {
    this.created += 1;
    const id = `fsap-${this.created.toString(16).padStart(17, '0')}`;
    this.all.set(id, { path, posixUid });
    return id;
  }

  /** Takes one away behind the handlers' backs. */
  drop(id: string): void {
    this.all.delete(id);
  }

  has(id: string): boolean {
    return this.all.has(id);
  }

  posixUidOf(id: string): number | undefined {
    return this.all.get(id)?.posixUid;
  }

  /** Those that lead to the workspace's home. */
  of(key: WorkspaceKey): string[] {
    return [...this.all].filter(([, { path }]) => path === workspacePath(key)).map(([id]) => id);
  }

  async look(key: WorkspaceKey, accessPoint: string): Promise<'own' | 'foreign' | 'absent'> {
    return this.see(key, accessPoint);
  }

  private see(key: WorkspaceKey, accessPoint: string): 'own' | 'foreign' | 'absent' {
    const found = this.all.get(accessPoint);
    if (!found) return 'absent';
    return found.path === workspacePath(key) ? 'own' : 'foreign';
  }

  /** As EFS by its client token: the same request again gets what the first one made. */
  async ensure(key: WorkspaceKey, posixUid: number, known?: string): Promise<string> {
    if (known !== undefined && this.see(key, known) === 'own') return known;
    const same = this.of(key).find((id) => this.all.get(id)?.posixUid === posixUid);
    if (same) return same;
    this.deeds.record('access-given', key);
    return this.add(workspacePath(key), posixUid);
  }

  async find(key: WorkspaceKey, known: string | undefined): Promise<FoundAccess> {
    const own = this.of(key).map((id) => ({ id, posixUid: this.all.get(id)?.posixUid }));
    const isForeign = known !== undefined && this.see(key, known) === 'foreign';
    return { own, foreign: isForeign ? [known] : [] };
  }

  async remove(accessPoint: string): Promise<void> {
    const found = this.all.get(accessPoint);
    if (!found) return;
    const [, , clientId = '', userId = ''] = found.path.split('/');
    this.deeds.record('access-removed', { clientId, userId });
    this.all.delete(accessPoint);
  }
}
