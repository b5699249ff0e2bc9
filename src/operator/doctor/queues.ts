import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs';
import { attempt } from './attempt.ts';
import type { OperatorClients } from './clients.ts';
import type { Finding, Judgement } from './finding.ts';
import { nameOfArn } from './functions.ts';

/** What could not be handled, and who has to be named to put it back to work. */
export interface DeadLetters {
  /** `stream`, `deadline` or `schedule`. */
  kind: string;
  /** Of a queue, or of a bucket. */
  arn: string;
}

/** How much is in a place for what could not be handled: nothing, if all is well. */
export function lookAtDeadLetters(
  clients: Pick<OperatorClients, 'sqs' | 's3'>,
  { kind, arn }: DeadLetters,
  endpoint: string | undefined,
): Promise<Finding> {
  const isBucket = arn.includes(':s3:');
  const needs = isBucket ? 's3:ListBucket' : 'sqs:GetQueueUrl and sqs:GetQueueAttributes';
  return attempt(
    { check: 'dead letters', subject: `${kind}: ${nameOfArn(arn)}`, needs },
    endpoint,
    async () =>
      judgeDepth(isBucket ? await countObjects(clients, arn) : await countMessages(clients, arn), kind),
  );
}

async function countObjects({ s3 }: Pick<OperatorClients, 's3'>, arn: string): Promise<number> {
  const { KeyCount = 0 } = await s3.send(new ListObjectsV2Command({ Bucket: nameOfArn(arn) }));
  return KeyCount;
}

async function countMessages({ sqs }: Pick<OperatorClients, 'sqs'>, arn: string): Promise<number> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: nameOfArn(arn) }));
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } = Attributes;
  return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
}

/** Of a bucket the first page is counted, 1,000 objects. */
export function judgeDepth(count: number, kind: string): Judgement {
  if (count === 0) return { result: 'ok', seen: 'empty' };
  return {
    result: 'wrong',
    seen: `${count} that could not be handled`,
    todo: `look at them, mend the cause, put them back to work: workspacectl redrive ${kind} --stage <stage>`,
  };
}
