import type { Command } from 'commander';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import { type ConnectionFlags, connectionFlagsOf } from './connection-options.ts';
import type { Mode } from './secure-filesystem.ts';
import { throwUsage } from './usage.ts';

/** What a shell is told: it is secure; it is not; flags, environment or AWS did not let it find out. */
export const SECURE_EXIT = { secure: 0, notSecure: 1, failed: 2 } as const;

/** What a command line looks like, for the messages. */
export const SECURE_USAGE = 'secure-filesystem --check|--apply [--file-system <fs-…>]';

const DETAILS = `
Without a policy of its own a file system lets in whoever reaches it in the network: unauthenticated, unencrypted, to all
homes. The policy that this command asks for has two statements:
  WorkspaceCleanupDenyInsecureTransport    refuses connections without TLS
  WorkspaceCleanupDenyWithoutAccessPoint   refuses mounts that do not go through an access point
--apply adds them, or puts them right, and keeps all other statements. Applied twice, it writes once.

Before you apply it: with any policy in place EFS lets nobody in by default any more. Who mounts must do so with IAM
authorisation and an access point, and its role needs elasticfilesystem:ClientMount and ClientWrite. Tasks that this
system starts mount like that, as their task role; the role of the function purge has it from serverless.yml.

It also names access points that lead to more than one home: to /, /workspace or /workspace/<clientId>. These it does not
delete. The one of the function purge, tagged workspace-cleanup:purpose = purge, is none of them.

Region, credentials and endpoint (AWS_ENDPOINT_URL) are found as by every AWS SDK. It calls DescribeFileSystems,
DescribeFileSystemPolicy and DescribeAccessPoints; with --apply also PutFileSystemPolicy.

Exit: ${SECURE_EXIT.secure} it is secure, ${SECURE_EXIT.notSecure} it is not, ${SECURE_EXIT.failed} flags, environment or AWS did not let it find out; then nothing was written
unless it says so.

Example:
  $ npm run -s workspacectl -- secure-filesystem --check --file-system fs-0123456789abcdef0`;

/** The command line as it came in. */
interface Flags {
  check?: true;
  apply?: true;
  fileSystem?: string;
}

/** `fileSystemId`: undefined for that of the stage. */
export type SecureFileSystem = (
  fileSystemId: string | undefined,
  mode: Mode,
  connection: ConnectionFlags,
) => Promise<void>;

/**
 * Adds `secure-filesystem` to `workspacectl`. `run` gets the id of the file system, from the flag or else, without a stage,
 * from `environment`.
 */
export function addSecureFileSystem(
  program: Command,
  environment: Readonly<Record<string, string | undefined>>,
  run: SecureFileSystem,
): void {
  program
    .command('secure-filesystem')
    .usage('--check|--apply [--file-system <fs-…>]')
    .description('Checks, or makes sure, that a file system is mounted through access points and TLS alone.')
    .option('--check', 'say what is missing, and change nothing')
    .option('--apply', 'put what is missing into its policy')
    .option('--file-system <id>', 'the file system (default: that of the stage, or EFS_FILE_SYSTEM_ID)')
    .exitOverride(throwUsage(SECURE_USAGE))
    .addHelpText('after', DETAILS)
    .action(async ({ check, apply, fileSystem }: Flags, command: Command) => {
      if (check === apply) {
        const problem = check
          ? '--check and --apply exclude each other'
          : 'neither --check nor --apply is given';
        throw new BadInputError(`${problem}, expected: ${SECURE_USAGE}`);
      }
      const mode = check ? 'check' : 'apply';
      const connection = connectionFlagsOf(command);
      const isOfStage = fileSystem === undefined && connection.stage !== undefined;
      const id = isOfStage ? undefined : fileSystemIdOf(fileSystem, environment.EFS_FILE_SYSTEM_ID);
      await run(id, mode, connection);
    });
}

/** From the flag, else from the variable; an empty one counts as not set. Throws BadInputError. */
export function fileSystemIdOf(flag: string | undefined, variable: string | undefined): string {
  if (flag === undefined && !variable) {
    throw new BadInputError(
      'no file system is named, expected --file-system <fs-…> or the environment variable EFS_FILE_SYSTEM_ID',
    );
  }
  const id = flag ?? variable ?? '';
  if (/^fs-[0-9a-f]{8,40}$/.test(id)) return id;
  const place = flag === undefined ? 'environment variable EFS_FILE_SYSTEM_ID' : '--file-system';
  throw new BadInputError(
    `${place} is ${quote(id)}, expected the id of a file system, e.g. fs-0123456789abcdef0`,
  );
}
