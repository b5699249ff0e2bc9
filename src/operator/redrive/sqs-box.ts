import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Letter } from './letters.ts';
import type { LetterBox } from './redrive.ts';

/** So long a letter is hidden from others once it was received, in seconds: ten of them take a second or two. */
const HIDDEN_SECONDS = 300;
/** SQS gives so many at most. */
const BATCH = 10;

/** Letters in a queue of SQS. `url`: of the queue. */
export function sqsBox(client: SQSClient, url: string): LetterBox {
  const handles = new Map<string, string>();
  return {
    kind: 'queue',
    name: url.split('/').at(-1) ?? url,
    count: async () => {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
        }),
      );
      return {
        there: Number(Attributes.ApproximateNumberOfMessages ?? 0),
        hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      };
    },
    receive: async () => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url,
          MaxNumberOfMessages: BATCH,
          VisibilityTimeout: HIDDEN_SECONDS,
          // Asks all of its servers: a short poll may find none where there are some.
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ['SentTimestamp'],
          MessageAttributeNames: ['All'],
        }),
      );
      // The last handle of a message is the one that counts.
      for (const { MessageId = '', ReceiptHandle = '' } of Messages) handles.set(MessageId, ReceiptHandle);
      return Messages.map(letterOf);
    },
    putBack: async ({ id }) => {
      const ReceiptHandle = handles.get(id);
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }),
      );
    },
    remove: async ({ id }) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: handles.get(id) }));
    },
  };
}

function letterOf({ MessageId = '', Body = '', Attributes, MessageAttributes = {} }: Message): Letter {
  const sent = Number(Attributes?.SentTimestamp);
  const texts = Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]);
  return {
    id: MessageId,
    body: Body,
    attributes: Object.fromEntries(texts),
    at: Number.isFinite(sent) ? sent / 1_000 : undefined,
  };
}
