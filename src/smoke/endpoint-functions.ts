import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { DeployedFunctions } from './deployed-functions.ts';
import { SmokeFailure, type StageFunctions } from './ports.ts';

/** A workspace that nobody has. */
const NOBODY = { clientId: 'smoke-nobody', userId: 'nobody' };
/** What the function `deadlineReached` answers for it. It has then read the table, and done nothing. */
const GONE = 'gone';

export type Invocation =
  | { kind: 'answered'; answer: unknown }
  /** The runtime says that the function failed. */
  | { kind: 'failed'; error: string }
  /** What came is no answer of a function, and no error of its runtime: JSON with an `errorType`. */
  | { kind: 'not-run'; reason: string };

/** Functions that the endpoint runs by itself: Lambda's own, or an emulator's. */
export class EndpointFunctions implements StageFunctions {
  private readonly client: LambdaClient;
  private readonly functions: DeployedFunctions;

  constructor(client: LambdaClient, functions: DeployedFunctions) {
    this.client = client;
    this.functions = functions;
  }

  async call(name: string, event: unknown): Promise<unknown> {
    const invocation = await this.invoke(name, event);
    if (invocation.kind === 'answered') return invocation.answer;
    throw new SmokeFailure(
      `function ${name}: ${invocation.kind === 'failed' ? invocation.error : invocation.reason}`,
    );
  }

  /** What it gives up goes to the dead-letter queues, which alarms watch. */
  async settle(): Promise<readonly string[]> {
    return [];
  }

  /**
   * Whether the endpoint runs the stage's code: asks a question of which the answer is known. Not every emulator of Lambda
   * runs functions; some echo the event, some answer with an error of their own. Throws SmokeFailure if the code runs and fails.
   */
  async doRun(): Promise<{ run: boolean; because: string }> {
    const invocation = await this.invoke('deadlineReached', NOBODY);
    switch (invocation.kind) {
      case 'failed':
        throw new SmokeFailure(
          `function deadlineReached runs at the endpoint and fails: ${invocation.error}`,
        );
      case 'not-run':
        return { run: false, because: invocation.reason };
      case 'answered': {
        const answer = JSON.stringify(invocation.answer);
        return {
          run: invocation.answer === GONE,
          because: `deadlineReached answers ${answer.slice(0, 100)} for a workspace that is not there`,
        };
      }
    }
  }

  private async invoke(name: string, event: unknown): Promise<Invocation> {
    const { FunctionError, Payload } = await this.client.send(
      new InvokeCommand({
        FunctionName: this.functions.prefix + name,
        Payload: Buffer.from(JSON.stringify(event)),
      }),
    );
    return decideInvocation(FunctionError, Payload?.transformToString() ?? '');
  }
}

/** What an answer of Lambda's `Invoke` means. */
export function decideInvocation(functionError: string | undefined, payload: string): Invocation {
  const answer = parsed(payload);
  if (answer === undefined)
    return { kind: 'not-run', reason: `Invoke answers ${payload.trim().slice(0, 200)}` };
  if (functionError === undefined) return { kind: 'answered', answer: answer.value };
  const { errorType, errorMessage } = (answer.value ?? {}) as { errorType?: unknown; errorMessage?: unknown };
  if (typeof errorType === 'string') return { kind: 'failed', error: `${errorType}: ${errorMessage}` };
  return { kind: 'not-run', reason: `Invoke answers ${functionError} and ${payload.slice(0, 200)}` };
}

function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: text === '' ? null : JSON.parse(text) };
  } catch {
    return undefined;
  }
}
