import {
  GetFunctionEventInvokeConfigCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { functionNameOf } from '../../aws/stage-functions.ts';
import { quote } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import type { Connection } from '../connection.ts';
import type { OperatorClients } from '../doctor/clients.ts';
import type { LetterKind } from './letters.ts';
import type { LetterBox } from './redrive.ts';
import { s3Box } from './s3-box.ts';
import { sqsBox } from './sqs-box.ts';

const STREAM_READERS = ['workspaceChanged', 'accountChanged', 'publishEvents', 'controlChanged'];
const ASYNCHRONOUS = ['deadlineReached', 'overdueCheck'];

type Clients = Pick<OperatorClients, 'lambda' | 'sqs' | 's3'>;

/**
 * Where letters of a kind lie: as `given`, a queue's URL or `s3://bucket`; else where the stage itself puts them, found by
 * its wiring. Throws BadInputError where it puts them nowhere.
 */
export async function findBoxes(
  kind: LetterKind,
  given: string | undefined,
  { stage = '', environment }: Pick<Connection, 'stage' | 'environment'>,
  clients: Clients,
): Promise<LetterBox[]> {
  if (given !== undefined) return [boxAt(given, clients)];
  const arns = new Set(await destinations(kind, stage, environment, clients.lambda));
  if (arns.size === 0)
    throw new BadInputError(
      `stage ${stage} keeps no dead letters of ${kind}, expected a queue; or name one by --queue`,
    );
  return Promise.all([...arns].map((arn) => boxOfArn(arn, clients)));
}

async function destinations(
  kind: LetterKind,
  stage: string,
  { SCHEDULE_DEAD_LETTER_ARN: ofSchedules }: Connection['environment'],
  lambda: LambdaClient,
): Promise<string[]> {
  if (kind === 'schedule') return ofSchedules ? [ofSchedules] : [];
  const names = kind === 'stream' ? STREAM_READERS : ASYNCHRONOUS;
  const ask = kind === 'stream' ? ofStreams : ofAsynchronous;
  const found = await Promise.all(names.map((name) => ask(lambda, functionNameOf(stage, name))));
  return found.flat().filter((arn) => arn !== undefined);
}

async function ofStreams(lambda: LambdaClient, FunctionName: string): Promise<(string | undefined)[]> {
  const { EventSourceMappings = [] } = await lambda.send(
    new ListEventSourceMappingsCommand({ FunctionName }),
  );
  return EventSourceMappings.map(({ DestinationConfig }) => DestinationConfig?.OnFailure?.Destination);
}

async function ofAsynchronous(lambda: LambdaClient, FunctionName: string): Promise<(string | undefined)[]> {
  try {
    const settings = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
    return [settings.DestinationConfig?.OnFailure?.Destination];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return [];
    throw error;
  }
}

async function boxOfArn(arn: string, clients: Clients): Promise<LetterBox> {
  const name = arn.split(':').at(-1) ?? '';
  if (arn.includes(':s3:')) return s3Box(clients.s3, name);
  const { QueueUrl = '' } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  return sqsBox(clients.sqs, QueueUrl);
}

function boxAt(place: string, { sqs, s3 }: Clients): LetterBox {
  const [, bucket] = /^s3:\/\/([a-z0-9.-]{3,63})\/?$/.exec(place) ?? [];
  if (bucket !== undefined) return s3Box(s3, bucket);
  if (/^https?:\/\/[^\s]+\/[\w-]{1,80}$/.test(place)) return sqsBox(sqs, place);
  throw new BadInputError(`--queue is ${quote(place)}, expected the URL of a queue of SQS, or s3://<bucket>`);
}
