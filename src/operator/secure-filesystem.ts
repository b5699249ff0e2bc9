import type { FileSystem, SharedAccessPoint } from '../aws/efs-file-systems.ts';
import { RetryableError } from '../core/errors.ts';
import {
  type FileSystemPolicy,
  parsePolicy,
  problemsOfPolicy,
  secureStatements,
  warningsOfPolicy,
  withSecureStatements,
} from '../core/file-system-policy.ts';

/** What is needed of EFS. */
export interface FileSystems {
  read(id: string): Promise<FileSystem>;
  readPolicy(id: string): Promise<string | undefined>;
  putPolicy(id: string, policy: string): Promise<void>;
  sharedAccessPoints(id: string): Promise<SharedAccessPoint[]>;
}

export type Mode = 'check' | 'apply';

/**
 * Says in lines for a person whether workspaces are kept apart on the file system; with `apply` it first makes the policy
 * so, and writes nothing if it is. False if it is not secure in the end. Throws BadInputError, and writes nothing, if
 * the policy that is there is not understood.
 */
export async function secureFileSystem(
  fileSystems: FileSystems,
  id: string,
  mode: Mode,
  print: (line: string) => void,
): Promise<boolean> {
  const { arn, state, policy: text } = await fileSystems.read(id);
  const policy = text === undefined ? undefined : parsePolicy(text, id);
  const problems = problemsOfPolicy(policy, arn);
  const shared = await fileSystems.sharedAccessPoints(id);
  print(`file system ${id} (${state}), ${arn}`);
  printPolicy(policy, problems, print);
  if (mode === 'apply' && problems.length > 0) {
    await apply(fileSystems, id, arn, withSecureStatements(policy, arn));
    const count = secureStatements(arn).length;
    const others = policy === undefined ? '' : ', all other statements are as they were';
    print(`written: the policy has our ${count} statements${others}; EFS may take some minutes to follow`);
    print(
      'from now on IAM decides who mounts: roles of tasks need elasticfilesystem:ClientMount and ClientWrite',
    );
  }
  for (const { id: accessPoint, path } of shared) {
    print(`access point ${accessPoint} leads to ${path}, so to more than one home: delete it`);
  }
  const isPolicySecure = mode === 'apply' || problems.length === 0;
  print(verdict(isPolicySecure, shared.length === 0));
  return isPolicySecure && shared.length === 0;
}

function printPolicy(
  policy: FileSystemPolicy | undefined,
  problems: readonly string[],
  print: (line: string) => void,
): void {
  if (policy === undefined) {
    print('it has no policy: whoever is in its network can mount all of it, unauthenticated and unencrypted');
  }
  for (const problem of problems) print(`policy: ${problem}`);
  if (problems.length === 0) print('policy: mounts take an access point and TLS');
  for (const warning of warningsOfPolicy(policy)) print(`warning: ${warning}`);
}

/** Reads back what it has written: EFS is the one to say what holds. */
async function apply(
  fileSystems: FileSystems,
  id: string,
  arn: string,
  policy: FileSystemPolicy,
): Promise<void> {
  await fileSystems.putPolicy(id, JSON.stringify(policy));
  const text = await fileSystems.readPolicy(id);
  const left = problemsOfPolicy(text === undefined ? undefined : parsePolicy(text, id), arn);
  if (left.length === 0) return;
  throw new RetryableError(
    `the policy of ${id} was written, but reads otherwise: ${left.join('; ')}; somebody else may have written it at the same time, check it`,
  );
}

function verdict(isPolicySecure: boolean, areHomesApart: boolean): string {
  if (isPolicySecure && areHomesApart) return 'secure';
  if (isPolicySecure) return 'not secure: access points lead to more than one home';
  return 'not secure: `workspacectl secure-filesystem --apply` writes what the policy lacks, and keeps the rest';
}
