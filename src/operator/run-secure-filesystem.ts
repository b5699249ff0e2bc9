import { createClients } from '../aws/clients.ts';
import { EfsFileSystems } from '../aws/efs-file-systems.ts';
import { connect } from './connection.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { type Mode, secureFileSystem } from './secure-filesystem.ts';
import { fileSystemIdOf } from './secure-filesystem-command.ts';

/** As `secureFileSystem`, for the file system of the stage where none is named. */
export async function runSecureFileSystem(
  given: string | undefined,
  mode: Mode,
  flags: ConnectionFlags,
  print: (line: string) => void,
): Promise<boolean> {
  const { environment, options } = await connect(flags);
  const id = given ?? fileSystemIdOf(undefined, environment.EFS_FILE_SYSTEM_ID);
  return secureFileSystem(new EfsFileSystems(createClients(options).efs), id, mode, print);
}
