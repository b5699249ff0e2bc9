import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECSClient } from '@aws-sdk/client-ecs';
import { EFSClient } from '@aws-sdk/client-efs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RetryableError } from '../core/errors.ts';

export interface Clients {
  dynamodb: DynamoDBClient;
  scheduler: SchedulerClient;
  ecs: ECSClient;
  efs: EFSClient;
  lambda: LambdaClient;
  events: EventBridgeClient;
  secrets: SecretsManagerClient;
}

/** Where the clients talk to. Everything left out is what the SDK finds by itself: Region, endpoint, credentials. */
export interface ClientOptions {
  endpoint?: string;
  region?: string;
  /** Of the files of AWS's tools. */
  profile?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
  /** Of a tool that works for an hour: nobody waits for a single answer of it, and a bad minute is to be outlived. */
  isPatient?: boolean;
}

/**
 * Calls are small and within one Region, so one that has not answered in 2 s never will; four tries with the SDK's
 * jittered backoff last 9 s at most, inside every function's timeout. Control-plane calls (ECS, EFS) are
 * throttled at low rates and slower, so they wait longer and, in adaptive mode, slow down by themselves.
 * Source: AWS SDKs and Tools Reference Guide, Retry behavior.
 */
const DATA_PLANE = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
/** Ten tries with the SDK's backoff, of at most 20 s each: some minutes of throttling, or of a network that is away. */
const PATIENT = {
  maxAttempts: 10,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 20_000, throwOnRequestTimeout: true },
};
const CONTROL_PLANE = {
  maxAttempts: 6,
  retryMode: 'adaptive',
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/**
 * The one function that others call is `purge`. It works for a minute and is ended after 90 s, plus what its start takes. One
 * that has not answered by then is not called again: it may still be at work.
 */
const FUNCTION_CALLS = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 100_000, throwOnRequestTimeout: true },
};

// One by one, so that a bundle holds only the clients that its function uses.

export function dynamodb({ isPatient, ...options }: ClientOptions = {}): DynamoDBClient {
  return new DynamoDBClient({ ...options, ...(isPatient ? PATIENT : DATA_PLANE) });
}

export function scheduler({ isPatient, ...options }: ClientOptions = {}): SchedulerClient {
  return new SchedulerClient({ ...options, ...(isPatient ? PATIENT : DATA_PLANE) });
}

export function ecs(options: ClientOptions = {}): ECSClient {
  return new ECSClient({ ...options, ...CONTROL_PLANE });
}

export function efs(options: ClientOptions = {}): EFSClient {
  return new EFSClient({ ...options, ...CONTROL_PLANE });
}

export function events(options: ClientOptions = {}): EventBridgeClient {
  return new EventBridgeClient({ ...options, ...DATA_PLANE });
}

export function secrets(options: ClientOptions = {}): SecretsManagerClient {
  return new SecretsManagerClient({ ...options, ...DATA_PLANE });
}

export function lambda(options: ClientOptions = {}): LambdaClient {
  return withoutRetryOfTimeouts(new LambdaClient({ ...options, ...FUNCTION_CALLS }));
}

/** One client of each service, to be kept as long as the process lives. */
export function createClients(options: ClientOptions = {}): Clients {
  return {
    dynamodb: dynamodb(options),
    scheduler: scheduler(options),
    ecs: ecs(options),
    efs: efs(options),
    events: events(options),
    secrets: secrets(options),
    lambda: lambda(options),
  };
}

/** The SDK retries throttling, 5xx and timeouts alike, also as the cause of another error. Other names it leaves alone. */
function withoutRetryOfTimeouts(client: LambdaClient): LambdaClient {
  client.middlewareStack.add(
    (next) => async (call) => {
      try {
        return await next(call);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
        throw new RetryableError(`Lambda has not answered in time: ${error.message}`);
      }
    },
    // Within the retries, which are of this step with a high priority.
    { step: 'finalizeRequest', priority: 'low', name: 'timeoutsAreFinal' },
  );
  return client;
}
