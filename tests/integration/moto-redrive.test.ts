import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { lookAtDeadLetters } from '../../src/operator/doctor/queues.ts';
import type { Letter } from '../../src/operator/redrive/letters.ts';
import { type Redriven, redrive } from '../../src/operator/redrive/redrive.ts';
import { s3Box } from '../../src/operator/redrive/s3-box.ts';
import { sqsBox } from '../../src/operator/redrive/sqs-box.ts';
import { type Moto, motoMissing, startMoto } from '../support/moto.ts';

/** Queues and buckets, and what lies in them, as another reading of the documentation has them. */
(motoMissing ? describe.skip : describe)(
  `dead letters in moto${motoMissing ? ` (${motoMissing})` : ''}`,
  () => {
    let moto: Moto;
    let sqs: SQSClient;
    let s3: S3Client;

    beforeAll(async () => {
      moto = await startMoto();
      const options = {
        endpoint: moto.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      };
      sqs = new SQSClient(options);
      s3 = new S3Client({ ...options, forcePathStyle: true });
    }, 60_000);
    afterAll(async () => {
      sqs.destroy();
      s3.destroy();
      await moto.stop();
    });

    /** Redrives with a messenger that writes down what it is given. */
    async function run(box: ReturnType<typeof sqsBox>, kind: 'stream' | 'schedule', send: boolean) {
      const woken: string[] = [];
      const told: Redriven[] = [];
      const messenger = {
        wake: async ({ key }: { key: { clientId: string; userId: string } }) =>
          void woken.push(`${key.clientId}/${key.userId}`),
        invoke: async () => {},
        recordsOf: async () => undefined,
      };
      const ports = { box, messenger, pace: async () => {} };
      const tally = await redrive(kind, 'prod', { send, limit: 100 }, ports, (one) => told.push(one));
      return { woken: woken.sort(), told, tally };
    }

    test('a queue is shown as it is, emptied of what is understood, and keeps the rest', async () => {
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'schedule-letters' }));
      for (const userId of ['ada', 'bob', 'cy']) {
        await sqs.send(
          new SendMessageCommand({
            QueueUrl,
            MessageBody: JSON.stringify({ clientId: 'acme', userId }),
            MessageAttributes: { ERROR_MESSAGE: { DataType: 'String', StringValue: 'busy' } },
          }),
        );
      }
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
      const box = sqsBox(sqs, QueueUrl);
      expect(await box.count()).toEqual({ there: 4, hidden: 0 });
      const shown = await run(box, 'schedule', false);
      expect(shown).toMatchObject({ woken: [], tally: { handled: 3, kept: 1 } });
      const known = shown.told.filter(({ outcome }) => outcome === 'seen');
      expect(known.map(({ why }) => why)).toEqual(['busy', 'busy', 'busy']);
      expect(known[0]?.at).toBeGreaterThan(1_700_000_000);
      // What was looked at is there for others at once.
      expect(await box.count()).toEqual({ there: 4, hidden: 0 });

      const sent = await run(box, 'schedule', true);
      expect(sent).toMatchObject({
        woken: ['acme/ada', 'acme/bob', 'acme/cy'],
        tally: { handled: 3, kept: 1 },
      });
      expect(await box.count()).toEqual({ there: 1, hidden: 0 });
      const arn = 'arn:aws:sqs:us-east-1:123456789012:schedule-letters';
      const finding = await lookAtDeadLetters({ sqs, s3 }, { kind: 'schedule', arn }, moto.url);
      expect(finding).toMatchObject({ result: 'wrong', seen: '1 that could not be handled' });
    }, 30_000);

    test('objects that Lambda wrote are read, and deleted when they are done', async () => {
      await s3.send(new CreateBucketCommand({ Bucket: 'letters' }));
      const put = (Key: string, body: unknown) =>
        s3.send(new PutObjectCommand({ Bucket: 'letters', Key, Body: JSON.stringify(body) }));
      const records = {
        Records: [{ dynamodb: { Keys: { clientId: { S: 'acme' }, userId: { S: 'ada' } } } }],
      };
      const record = {
        requestContext: {
          functionArn:
            'arn:aws:lambda:us-east-1:123456789012:function:workspace-cleanup-prod-workspaceChanged',
        },
        DDBStreamBatchInfo: {
          shardId: 's',
          startSequenceNumber: '1',
          endSequenceNumber: '1',
          batchSize: 1,
          streamArn: 'arn:aws:dynamodb:us-east-1:123456789012:table/W/stream/t',
        },
        payload: JSON.stringify(records),
      };
      await put('aws/lambda/mapping/2026-01-01T00.00.00-a', record);
      await put('aws/lambda/mapping/2026-01-01T00.00.01-b', { hello: 'world' });
      await put('elsewhere/c', record);
      const sent = await run(s3Box(s3, 'letters'), 'stream', true);
      expect(sent).toMatchObject({ woken: ['acme/ada'], tally: { handled: 1, kept: 1 } });
      expect(await s3Box(s3, 'letters').count()).toEqual({ there: 1, hidden: 0 });
      const [left] = (await s3Box(s3, 'letters').receive()) as [Letter];
      expect(left.id).toBe('aws/lambda/mapping/2026-01-01T00.00.01-b');
    }, 30_000);

    test('a place that is not there could not be read, and is never good', async () => {
      const arn = 'arn:aws:sqs:us-east-1:123456789012:nobody';
      const finding = await lookAtDeadLetters({ sqs, s3 }, { kind: 'stream', arn }, moto.url);
      expect(finding.result).toBe('unread');
    });
  },
);
