import type { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { functionNameOf } from '../../aws/stage-functions.ts';
import { RetryableError } from '../../core/errors.ts';
import type { Messenger } from './redrive.ts';
import { readRecords } from './stream-records.ts';

/** Those that are called asynchronously: Lambda keeps their events, and tries again by itself. */
const ASYNCHRONOUS = new Set(['deadlineReached', 'overdueCheck']);

/** Hands errands to the functions of a stage. */
export function lambdaMessenger(
  { lambda, streams }: { lambda: LambdaClient; streams: DynamoDBStreamsClient },
  stage: string,
): Messenger {
  const enqueue = async (functionName: string, event: unknown) => {
    const FunctionName = functionNameOf(stage, functionName);
    const Payload = JSON.stringify(event);
    const { StatusCode } = await lambda.send(
      new InvokeCommand({ FunctionName, Payload, InvocationType: 'Event' }),
    );
    if (StatusCode !== 202)
      throw new RetryableError(
        `Lambda answered ${StatusCode} for ${FunctionName}, expected 202: it has not taken the event`,
      );
  };
  return {
    wake: ({ key: { clientId, userId } }) => enqueue('deadlineReached', { clientId, userId }),
    invoke: ({ functionName, event }) =>
      ASYNCHRONOUS.has(functionName)
        ? enqueue(functionName, event)
        : handleNow(lambda, functionNameOf(stage, functionName), event),
    recordsOf: (batch) => readRecords(streams, batch),
  };
}

/** As a reader of a stream calls it: it has handled the records only if it says so of each. */
async function handleNow(lambda: LambdaClient, FunctionName: string, event: unknown): Promise<void> {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
  );
  const answer = Payload?.transformToString('utf8') ?? '';
  if (FunctionError !== undefined) throw new RetryableError(`${FunctionName} failed on it again: ${answer}`);
  const { batchItemFailures } = JSON.parse(answer || 'null') ?? {};
  if (Array.isArray(batchItemFailures) && batchItemFailures.length === 0) return;
  throw new RetryableError(`${FunctionName} has not handled all of its records: ${answer}`);
}
