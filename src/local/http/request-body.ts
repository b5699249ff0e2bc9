import type { IncomingMessage } from 'node:http';
import { AwsError } from '../services/wire.ts';

/** DynamoDB's own limit for a request, and far above what the other services take. */
export const LONGEST_BODY_BYTES = 16 * 1024 * 1024;

const tooLarge = () =>
  new AwsError('RequestEntityTooLarge', 413, `The request is larger than ${LONGEST_BODY_BYTES} bytes.`);

/**
 * A request's body, piece by piece. Throws `AwsError`, status 413, if it is too large, without ending the
 * connection: an answer can still be sent.
 */
export async function* bodyOf(request: IncomingMessage): AsyncGenerator<Buffer, void> {
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY_BYTES) throw tooLarge();
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > LONGEST_BODY_BYTES) throw tooLarge();
    yield chunk as Buffer;
  }
}

/** The whole body. Throws as `bodyOf` does. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyOf(request)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
