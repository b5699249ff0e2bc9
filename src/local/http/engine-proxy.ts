import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as requestTo,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AwsError } from '../services/wire.ts';
import type { InFlight } from '../time/in-flight.ts';
import { bodyOf } from './request-body.ts';

export interface EngineProxyOptions {
  /** Of the DynamoDB engine, e.g. `http://127.0.0.1:40123`. */
  engineUrl: string;
  inFlight: InFlight;
  /** Called when the engine has answered a write, before the caller learns of it and while it is in flight. */
  onWritten?: () => void;
}

export interface EngineProxy {
  /** Hands the request to the engine and its answer back. Rejects with `AwsError` while no answer has begun. */
  relay(request: IncomingMessage, response: ServerResponse, operation: string): Promise<void>;
  close(): void;
}

/** DynamoDB's own limit for a request, and far above what the other services take. */
export const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

/** Operations of DynamoDB after which there may be new records in a stream. */
const WRITES = new Set([
  'PutItem',
  'UpdateItem',
  'DeleteItem',
  'BatchWriteItem',
  'TransactWriteItems',
  'ExecuteStatement',
  'BatchExecuteStatement',
  'ExecuteTransaction',
]);

/** Between us and the engine and between us and the client are two connections, each with its own of these. */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'transfer-encoding', 'expect', 'upgrade'];

/** Passes DynamoDB's requests on to the engine, unchanged, over connections that are kept open. */
export function createEngineProxy({ engineUrl, inFlight, onWritten }: EngineProxyOptions): EngineProxy {
  const agent = new Agent({ keepAlive: true });

  async function relay(
    request: IncomingMessage,
    response: ServerResponse,
    answered?: () => void,
  ): Promise<void> {
    const { method, url = '/', headers } = request;
    const onward = requestTo(new URL(url, engineUrl), { method, headers: endToEnd(headers), agent });
    const answering = once(onward, 'response') as Promise<[IncomingMessage]>;
    const [[answer]] = await Promise.all([answering, forward(request, onward)]).catch(fail);
    answered?.();
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
    await pipeline(answer, response);
  }

  return {
    relay: (request, response, operation) => {
      if (!WRITES.has(operation)) return relay(request, response);
      return inFlight.during(() => relay(request, response, onWritten));
    },
    close: () => agent.destroy(),
  };
}

async function forward(request: IncomingMessage, onward: ClientRequest): Promise<void> {
  try {
    for await (const chunk of bodyOf(request, LARGEST_BODY_BYTES)) {
      if (!onward.write(chunk)) await once(onward, 'drain');
    }
    onward.end();
  } catch (error) {
    onward.destroy();
    throw error;
  }
}

function endToEnd(headers: IncomingMessage['headers']): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !CONNECTION_HEADERS.includes(name)));
}

/** Every SDK tries again after a 500 of this name. */
function fail(error: unknown): never {
  if (error instanceof AwsError) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  throw new AwsError('InternalServerError', 500, `The DynamoDB engine does not answer: ${reason}`);
}
