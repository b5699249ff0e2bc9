import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { LetterBox } from './redrive.ts';

/** What Lambda writes lies below this, https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html. */
const PREFIX = 'aws/lambda/';
const PAGE = 100;
/** A batch of a stream has at most 6 MB. */
const LARGEST_BYTES = 16 * 1_048_576;

/** Letters as objects in a bucket, the oldest names first. Nothing is hidden there: others may do the same at once. */
export function s3Box(client: S3Client, bucket: string): LetterBox {
  let after: string | undefined;
  return {
    kind: 'bucket',
    name: `s3://${bucket}/${PREFIX}`,
    count: async () => {
      const { KeyCount = 0 } = await client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX }),
      );
      return { there: KeyCount, hidden: 0 };
    },
    receive: async () => {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: PREFIX,
          MaxKeys: PAGE,
          ...(after !== undefined && { StartAfter: after }),
        }),
      );
      const objects = page.Contents ?? [];
      after = objects.at(-1)?.Key ?? after;
      return Promise.all(
        objects.map(async ({ Key = '', LastModified, Size = 0 }) => ({
          id: Key,
          body: Size > LARGEST_BYTES ? '' : await textOf(client, bucket, Key),
          attributes: {},
          at: LastModified && LastModified.getTime() / 1_000,
        })),
      );
    },
    // It has never been taken away.
    putBack: async () => {},
    remove: async ({ id }) => {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: id }));
    },
  };
}

async function textOf(client: S3Client, Bucket: string, Key: string): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString('utf8')) ?? '';
}
