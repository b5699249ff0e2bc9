import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { AwsError } from '../services/wire.ts';
import type { TemplateRoute } from '../template/functions.ts';
import type { InFlight } from '../time/in-flight.ts';
import { matchRoute, toHttpEvent } from './http-event.ts';
import { type HttpResponse, messageResponse, toHttpResponse } from './http-response.ts';
import { type Listener, listen } from './listen.ts';
import { isLoopbackRequest } from './loopback.ts';
import { readBody } from './request-body.ts';

/** What the HTTP API needs. */
export interface HttpApiOptions {
  routes: readonly TemplateRoute[];
  /** Invokes a function once; rejects when it throws or exceeds its timeout. */
  invoke: (functionName: string, event: APIGatewayProxyEventV2) => Promise<unknown>;
  inFlight: InFlight;
  /** 0 takes any that is free. */
  port: number;
  /** Epoch seconds, for the event's time. Default: the real time. */
  now?: () => number;
  log?: (message: string) => void;
}

/** Lambda's limit of a synchronous invocation's payload. */
const LARGEST_BODY_BYTES = 6 * 1024 * 1024;
const TOO_LARGE = 'too large';
type RequestBody = Buffer | typeof TOO_LARGE;

/**
 * Serves the template's routes on loopback as an API Gateway HTTP API would, without its authorizers.
 * Rejects if the port is taken.
 */
export function startHttpApi(options: HttpApiOptions): Promise<Listener> {
  return listen({
    port: options.port,
    flag: '--http-port',
    answer: async (request, response) => {
      const body = await readOrRefuse(request).catch(() => undefined);
      // Without one the client went away while it sent.
      if (body !== undefined) await serve(request, body, response, options);
    },
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
    response.end(request.method === 'HEAD' ? undefined : body);
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
async function readOrRefuse(request: IncomingMessage): Promise<RequestBody> {
  try {
    return await readBody(request, LARGEST_BODY_BYTES);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    for await (const _ of request);
    return TOO_LARGE;
  }
}
