import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from '@aws-sdk/client-lambda';
import { quote } from '../core/describe-problems.ts';
import { InstallationError, InvariantError, RetryableError } from '../core/errors.ts';
import { type PurgeAnswer, type PurgeRequest, purgeAnswerSchema } from '../core/purge-request.ts';
import { type WorkspaceKey, workspacePath } from '../core/workspace-key.ts';
import type { WorkspaceFiles } from '../ports.ts';
import { explainThrottling } from './service-errors.ts';

/** What an operator has to do about an error of Invoke: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
const OPERATOR_ACTS: Record<string, string> = {
  ResourceNotFoundException: 'deploy it, or set TERMINATE_FILES=retain',
  AccessDeniedException: 'allow this function lambda:InvokeFunction on it',
  EFSMountConnectivityException:
    'let its security group reach the mount targets of the file system on port 2049',
  EFSMountFailureException: 'allow its role to mount the access point, for writing and as root',
};

/** Deletes files through the function `purge`, the only one that has them mounted. */
export class LambdaFiles implements WorkspaceFiles {
  private readonly client: LambdaClient;
  private readonly functionName: string;

  constructor(client: LambdaClient, functionName: string) {
    this.client = client;
    this.functionName = functionName;
  }

  /**
   * Throws InstallationError where an operator has to act, InvariantError for a home that must not be deleted as it is, and
   * RetryableError or the SDK's own error for everything that may pass.
   */
  async remove(key: WorkspaceKey): Promise<'deleted' | 'unfinished'> {
    const request: PurgeRequest = { path: workspacePath(key) };
    const output = await this.invoke(request);
    const text = output.Payload ? Buffer.from(output.Payload).toString('utf8') : '';
    const payload = parsed(text);
    if (output.FunctionError !== undefined) throw this.failure(payload, request);
    const answer = purgeAnswerSchema.safeParse(payload);
    if (answer.success && answer.data.path === request.path) return outcomeOf(answer.data);
    throw new RetryableError(
      `the function ${this.functionName} answered ${quote(text)} for ${request.path}, expected {path, done, removed}`,
    );
  }

  private async invoke(request: PurgeRequest): Promise<InvokeCommandOutput> {
    try {
      return await this.client.send(
        new InvokeCommand({
          FunctionName: this.functionName,
          InvocationType: 'RequestResponse',
          Payload: Buffer.from(JSON.stringify(request)),
        }),
      );
    } catch (error) {
      const { name, message } = error as Error;
      const toDo = OPERATOR_ACTS[name];
      if (toDo === undefined) {
        throw explainThrottling(error, `Lambda throttles ${this.functionName} for ${request.path}`);
      }
      throw new InstallationError(
        `the function ${this.functionName}, which deletes files, cannot be called: ${message} (${name}); ${toDo}`,
        { cause: error },
      );
    }
  }

  /** What the function itself threw, as Lambda's runtime puts it. */
  private failure(payload: unknown, { path }: PurgeRequest): Error {
    const { errorType, errorMessage } = (payload ?? {}) as { errorType?: unknown; errorMessage?: unknown };
    const message = `the function ${this.functionName} failed for ${path}: ${errorMessage ?? 'without a message'}`;
    if (errorType === 'InstallationError') return new InstallationError(message);
    // A path that it does not take can only come from a key that should not be in the table.
    if (errorType === 'InvariantError' || errorType === 'BadInputError') return new InvariantError(message);
    // Out of time or memory, an input/output error: what has been deleted stays so, and the next call goes on.
    return new RetryableError(message);
  }
}

/** An installation that keeps the files of terminated workspaces. */
export class RetainedFiles implements WorkspaceFiles {
  async remove(): Promise<'retained'> {
    return 'retained';
  }
}

function outcomeOf({ done }: PurgeAnswer): 'deleted' | 'unfinished' {
  return done ? 'deleted' : 'unfinished';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
