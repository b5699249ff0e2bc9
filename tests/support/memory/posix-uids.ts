import { showKey, type WorkspaceKey } from '../../../src/core/workspace-key.ts';
import type { PosixUids } from '../../../src/ports.ts';

/** Gives each workspace the next user id, and the same again. */
export class MemoryPosixUids implements PosixUids {
  private readonly uids = new Map<string, number>();

  async of(key: WorkspaceKey): Promise<number> {
    const uid = this.uids.get(showKey(key)) ?? 10_000 + this.uids.size;
    this.uids.set(showKey(key), uid);
    return uid;
  }
}
