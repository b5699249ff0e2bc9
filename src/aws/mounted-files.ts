import { lstat, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InvariantError } from '../core/errors.ts';
import { type WorkspaceKey, workspaceKeySchema } from '../core/workspace-key.ts';
import type { WorkspaceFiles } from '../ports.ts';

/** Files of workspaces on a file system that is mounted at `root`; without a root, files are retained. */
export class MountedFiles implements WorkspaceFiles {
  private readonly root: string | undefined;

  constructor(root: string | undefined) {
    this.root = root;
  }

  async remove(key: WorkspaceKey): Promise<'deleted' | 'retained'> {
    if (this.root === undefined) return 'retained';
    const { clientId, userId } = workspaceKeySchema.parse(key);
    let path = this.root;
    for (const segment of ['workspace', clientId, userId]) {
      path = join(path, segment);
      const found = await lstat(path).catch(absent);
      if (found === undefined) return 'deleted';
      if (!found.isDirectory()) {
        throw new InvariantError(
          `${path} is ${found.isSymbolicLink() ? 'a symbolic link' : 'a file'}, expected a folder; its files are not deleted`,
        );
      }
    }
    // It removes symbolic links themselves, never what they lead to.
    await rm(path, { recursive: true, force: true });
    return 'deleted';
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
