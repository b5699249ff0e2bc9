import type { IncomingMessage } from 'node:http';
import { AwsError } from '../services/wire.ts';

/**
 * A request's body, piece by piece. Throws `AwsError`, status 413, if it is larger than `largestBytes` (included),
 * without ending the connection: an answer can still be sent.
 */
export async function* bodyOf(request: IncomingMessage, largestBytes: number): AsyncGenerator<Buffer, void> {
  const tooLarge = () =>
    new AwsError('RequestEntityTooLarge', 413, `The request is larger than ${largestBytes} bytes.`);
  if (Number(request.headers['content-length'] ?? 0) > largestBytes) throw tooLarge();
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > largestBytes) throw tooLarge();
    yield chunk as Buffer;
  }
}

/** The whole body. Throws as `bodyOf` does. */
export async function readBody(request: IncomingMessage, largestBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyOf(request, largestBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
