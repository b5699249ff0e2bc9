import { randomUUID } from 'node:crypto';
import type { Context } from 'aws-lambda';
import { LOCAL_ACCOUNT_ID } from './services/arn.ts';
import type { FailureDestination } from './storage/dead-letters.ts';
import type { TemplateFunction } from './template/functions.ts';
import type { InFlight } from './time/in-flight.ts';
import { type Sleep, sleep } from './time/pause.ts';
import { WaitingLine } from './waiting-line.ts';

/** A function as Lambda calls it. Its event is what the event's source sends. */
export type LocalFunction = (event: never, context: Context) => unknown;

/** What an invoker needs. */
export interface InvokerOptions {
  /** By short name, as in serverless.yml. */
  functions: Readonly<Record<string, LocalFunction>>;
  settings: readonly TemplateFunction[];
  service: string;
  stage: string;
  region: string;
  /** What the functions are told to have been deployed with: they run in this process, which has its own. */
  environment?: Readonly<Record<string, string>>;
  failureDestination: FailureDestination;
  inFlight: InFlight;
  log?: (message: string) => void;
  sleep?: Sleep;
}

/** A function as whoever asks for it is told. */
export interface FunctionDescription {
  fullName: string;
  arn: string;
  timeoutSeconds: number;
  environment: Readonly<Record<string, string>>;
}

/**
 * Waits before the first and all further retries of an asynchronous invocation, in real time. AWS waits one
 * minute, then two; nobody would watch that locally.
 */
const RETRY_DELAYS_MS = [200, 1000] as const;
export const LOCAL_MEMORY_MB = 512;

/** Runs the functions of serverless.yml in this process, with Lambda's timeouts and retries. */
export class Invoker {
  private readonly options: InvokerOptions;
  private readonly log: (message: string) => void;
  /** By function, what waits for its turn: as on AWS, asynchronous events wait in a queue where concurrency is reserved. */
  private readonly lines = new Map<string, WaitingLine>();

  constructor(options: InvokerOptions) {
    this.options = options;
    this.log = options.log ?? console.error;
  }

  /**
   * Invokes once and returns the result as it looks after its way through JSON. `name` is short, full, or an
   * ARN. Rejects with the function's error, or when its timeout (real time) is over.
   */
  async invokeSync(name: string, event: unknown): Promise<unknown> {
    const functionName = this.resolveName(name);
    return this.options.inFlight.during(() => this.attempt(functionName, event, randomUUID()));
  }

  /**
   * Invokes with retries, as an asynchronous invocation: resolves once the function has succeeded or, after
   * its last retry, once the failure destination has the event. Rejects if `name` is unknown, or if the failure
   * destination does: then nobody has it.
   */
  async invokeAsync(name: string, event: unknown): Promise<void> {
    const functionName = this.resolveName(name);
    await this.options.inFlight.during(() => this.attemptAll(functionName, event));
  }

  /** The short name of a function given by short name, full name or ARN. Throws if there is none of that name. */
  resolveName(name: string): string {
    const { functions, service, stage } = this.options;
    const fullName = /^arn:[\w-]+:lambda:[\w-]*:\d*:function:([^:]+)(:[^:]+)?$/.exec(name)?.[1] ?? name;
    const prefix = `${service}-${stage}-`;
    const shortName = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;
    if (Object.hasOwn(functions, shortName)) return shortName;
    const known = Object.keys(functions).join(', ');
    throw new Error(`There is no function "${name}"; known are ${known}, also as ${this.arn('<name>')}`);
  }

  /** The ARN by which others name a function of this stack. */
  arn(functionName: string): string {
    const { region, service, stage } = this.options;
    return `arn:aws:lambda:${region}:${LOCAL_ACCOUNT_ID}:function:${service}-${stage}-${functionName}`;
  }

  /** How a function is deployed, `name` short, full, or an ARN. Throws if there is none of that name. */
  describe(name: string): FunctionDescription {
    const functionName = this.resolveName(name);
    const { service, stage, environment = {} } = this.options;
    return {
      fullName: `${service}-${stage}-${functionName}`,
      arn: this.arn(functionName),
      timeoutSeconds: this.settingsOf(functionName).timeoutSeconds,
      environment,
    };
  }

  private async attemptAll(functionName: string, event: unknown): Promise<void> {
    const attempts = 1 + this.settingsOf(functionName).asyncRetries;
    const requestId = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.inTurn(functionName, () => this.attempt(functionName, event, requestId));
        return;
      } catch (error) {
        this.log(
          `${functionName} failed (attempt ${attempt} of ${attempts}, request ${requestId}): ${error}`,
        );
        if (attempt === attempts) {
          const reason = 'RetriesExhausted';
          const letter = { functionName, reason, attempts, error: String(error), payload: event };
          return await this.options.failureDestination(letter);
        }
      }
      const delayMs = RETRY_DELAYS_MS[Math.min(attempt, RETRY_DELAYS_MS.length) - 1] ?? 0;
      await (this.options.sleep ?? sleep)(delayMs, new AbortController().signal);
    }
  }

  private inTurn<T>(functionName: string, run: () => Promise<T>): Promise<T> {
    const { reservedConcurrency } = this.settingsOf(functionName);
    if (reservedConcurrency === undefined) return run();
    const line = this.lines.get(functionName) ?? new WaitingLine(reservedConcurrency);
    this.lines.set(functionName, line);
    return line.inTurn(run);
  }

  private async attempt(functionName: string, event: unknown, requestId: string): Promise<unknown> {
    const { timeoutSeconds } = this.settingsOf(functionName);
    const run = this.options.functions[functionName];
    if (run === undefined) throw new Error(`There is no function "${functionName}"`);
    const context = this.context(functionName, requestId, timeoutSeconds);
    const calling = (async () => run(throughJson(event ?? {}) as never, context))();
    return throughJson((await withTimeout(calling, timeoutSeconds, functionName)) ?? null);
  }

  private settingsOf(functionName: string): TemplateFunction {
    const found = this.options.settings.find(({ name }) => name === functionName);
    if (found === undefined) throw new Error(`serverless.yml has no settings for function "${functionName}"`);
    return found;
  }

  private context(functionName: string, requestId: string, timeoutSeconds: number): Context {
    const { service, stage } = this.options;
    const endsAt = performance.now() + timeoutSeconds * 1000;
    const noCallbacks = () => {
      throw new Error('Lambda has no callbacks since nodejs24.x: return a promise');
    };
    return {
      callbackWaitsForEmptyEventLoop: true,
      functionName: `${service}-${stage}-${functionName}`,
      functionVersion: '$LATEST',
      invokedFunctionArn: this.arn(functionName),
      memoryLimitInMB: String(LOCAL_MEMORY_MB),
      awsRequestId: requestId,
      logGroupName: `/aws/lambda/${service}-${stage}-${functionName}`,
      logStreamName: 'local',
      getRemainingTimeInMillis: () => Math.max(0, Math.round(endsAt - performance.now())),
      done: noCallbacks,
      fail: noCallbacks,
      succeed: noCallbacks,
    };
  }
}

/** Lambda's events and results travel as JSON: neither side may share objects with the other. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A function that is over its time is left behind, not ended: within one process nothing could end it. */
async function withTimeout(
  calling: Promise<unknown>,
  seconds: number,
  functionName: string,
): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`Task timed out after ${seconds} seconds: ${functionName}`));
    timer = setTimeout(fail, seconds * 1000);
  });
  try {
    return await Promise.race([calling, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
