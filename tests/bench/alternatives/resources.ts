import { type WorkspaceKey, workspacePath } from '../../../src/core/workspace-key.ts';
import type { AccessPoints, FoundAccess, FoundTasks, StartedTask, Tasks } from '../../../src/ports.ts';

/** Containers that have ended by themselves: how long one takes to stop is the same for every design, and left out. */
export class IdleContainers implements Tasks {
  readonly canStart = false;

  async unstopped(): Promise<FoundTasks> {
    return { tasks: [], stopping: [], foreign: undefined };
  }

  async unstoppedOf(): Promise<string[]> {
    return [];
  }

  async requestStop(): Promise<void> {}

  start(): Promise<StartedTask> {
    return Promise.reject(new Error('no container is started here'));
  }
}

interface Door {
  id: string;
  posixUid: number;
}

/** One access point for each home, found at once however many there are. */
export class OpenDoors implements AccessPoints {
  private readonly doors = new Map<string, Door>();
  private readonly paths = new Map<string, string>();
  private made = 0;

  /** One that is there already. Returns its id. */
  add(key: WorkspaceKey, posixUid: number): string {
    this.made += 1;
    const id = `fsap-${this.made.toString(16).padStart(17, '0')}`;
    this.doors.set(workspacePath(key), { id, posixUid });
    this.paths.set(id, workspacePath(key));
    return id;
  }

  async ensure(key: WorkspaceKey, posixUid: number): Promise<string> {
    return this.doors.get(workspacePath(key))?.id ?? this.add(key, posixUid);
  }

  async look(key: WorkspaceKey, accessPoint: string): Promise<'own' | 'foreign' | 'absent'> {
    return this.doors.get(workspacePath(key))?.id === accessPoint ? 'own' : 'absent';
  }

  async find(key: WorkspaceKey): Promise<FoundAccess> {
    const door = this.doors.get(workspacePath(key));
    return { own: door ? [door] : [], foreign: [] };
  }

  async remove(accessPoint: string): Promise<void> {
    this.doors.delete(this.paths.get(accessPoint) ?? '');
    this.paths.delete(accessPoint);
  }
}
