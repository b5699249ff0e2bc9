import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { TemplateRoute } from '../template/template-functions.ts';
import type { InFlight } from '../time/in-flight.ts';
import { matchRoute, toHttpEvent } from './http-event.ts';
import { type HttpResponse, messageResponse, toHttpResponse } from './http-response.ts';
import { isLoopbackRequest } from './loopback.ts';

/** What the HTTP API needs. */
export interface HttpApiOptions {
  routes: readonly TemplateRoute[];
  /** Invokes a function once; rejects when it throws or exceeds its timeout. */
  invoke: (functionName: string, event: APIGatewayProxyEventV2) => Promise<unknown>;
  inFlight: InFlight;
  /** Default 4567; 0 takes any that is free. */
  port?: number;
  /** Epoch seconds, for the event's time. Default: the real time. */
  now?: () => number;
  log?: (message: string) => void;
}

/** A running HTTP API. */
export interface HttpApi {
  /** e.g. `http://127.0.0.1:4567`. */
  url: string;
  /** Takes no more requests, waits for those that are being answered and ends all connections. */
  close(): Promise<void>;
}

const DEFAULT_PORT = 4567;
/** Lambda's limit of a synchronous invocation's payload. */
const LARGEST_BODY_BYTES = 6 * 1024 * 1024;
const TOO_LARGE = 'too large';
type RequestBody = Buffer | typeof TOO_LARGE;

/**
 * Serves the template's routes on loopback as an API Gateway HTTP API would, without its authorizers.
 * Rejects if the port is taken.
 */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const port = options.port ?? DEFAULT_PORT;
  const answering = new Set<Promise<void>>();
  const server = createServer(async (request, response) => {
    const body = await readBody(request).catch(() => undefined);
    // The client went away while it sent.
    if (body === undefined) return;
    const done = serve(request, body, response, options).finally(() => answering.delete(done));
    answering.add(done);
  });
  await listen(server, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      while (answering.size > 0) await Promise.all(answering);
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${port} of the HTTP API is in use by another process; choose one with --http-port`;
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function serve(
  request: IncomingMessage,
  requestBody: RequestBody,
  response: ServerResponse,
  options: HttpApiOptions,
): Promise<void> {
  const log = options.log ?? console.error;
  try {
    const { status, headers, body } = await answer(request, requestBody, options, log);
    response.writeHead(status, { ...headers, 'content-length': body.length });
    const sent = new Promise((resolve) => response.once('close', resolve));
    response.end(request.method === 'HEAD' ? undefined : body);
    await sent;
  } catch (error) {
    // e.g. a header of the function's that HTTP does not allow.
    log(`${request.method} ${request.url} could not be answered: ${error}`);
    response.destroy();
  }
}

async function answer(
  request: IncomingMessage,
  body: RequestBody,
  options: HttpApiOptions,
  log: (message: string) => void,
): Promise<HttpResponse> {
  const { method = 'GET', url = '/', rawHeaders, httpVersion } = request;
  // A web page can reach a loopback port, but under its own name.
  if (!isLoopbackRequest(request.headers)) return messageResponse(403, 'Forbidden');
  const match = matchRoute(options.routes, method, url.split('?')[0] ?? '/');
  if (match === undefined) return messageResponse(404, 'Not Found');
  if (body === TOO_LARGE) return messageResponse(413, 'Request Entity Too Large');
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const now = options.now?.() ?? Date.now() / 1000;
  const event = toHttpEvent({ method, url, rawHeaders, body, sourceIp, httpVersion }, match, now);
  if (event === undefined) return messageResponse(400, 'Bad Request');
  const { functionName } = match.route;
  try {
    return toHttpResponse(await options.inFlight.during(() => options.invoke(functionName, event)));
  } catch (error) {
    log(`${functionName} failed on ${method} ${url}: ${error}`);
    return messageResponse(500, 'Internal Server Error');
  }
}

/** Read to its end even if it is too large, as clients listen for an answer only then. */
async function readBody(request: IncomingMessage): Promise<RequestBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= LARGEST_BODY_BYTES) chunks.push(chunk);
  }
  return size > LARGEST_BODY_BYTES ? TOO_LARGE : Buffer.concat(chunks);
}
