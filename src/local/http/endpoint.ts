import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isLambdaPath, type LambdaService } from '../services/lambda.ts';
import { answerSts } from '../services/sts.ts';
import {
  AwsError,
  errorReply,
  jsonReply,
  type Service,
  type ServiceReply,
  unknownOperation,
} from '../services/wire.ts';
import { createEngineProxy, type EngineProxyOptions, LARGEST_BODY_BYTES } from './engine-proxy.ts';
import { type Listener, listen } from './listen.ts';
import { isLoopbackRequest } from './loopback.ts';
import { readBody } from './request-body.ts';

export interface EndpointOptions extends EngineProxyOptions {
  /** 0 for any free port. */
  port: number;
  ecs: Service;
  efs: Service;
  scheduler: Service;
  /** Left out where nobody puts events. */
  events?: Service;
  /** Left out where there are no secrets. */
  secrets?: Service;
  /** Left out where there are no functions. */
  lambda?: LambdaService;
  /** What `GET /` answers besides the services' names, e.g. the fleet's time. */
  status?: () => Record<string, unknown>;
}

/** The running endpoint; its `url` is the value of AWS_ENDPOINT_URL. */
export type Endpoint = Listener;

/** How `X-Amz-Target` begins for each service, without the version. */
const DYNAMODB_TARGET = /^DynamoDB(Streams)?_20120810\./;
const ECS_TARGET = /^AmazonEC2ContainerServiceV20141113\./;
const EVENTS_TARGET = /^AWSEvents\./;
const SECRETS_TARGET = /^secretsmanager\./;

/**
 * One address for every AWS service of the local stack, on loopback only. The service is told from
 * `X-Amz-Target` or from the path. Rejects if the port is taken.
 */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const proxy = createEngineProxy(options);
  const listener = await listen({
    port: options.port,
    flag: '--port',
    answer: async (request, response) => {
      response.setHeader('x-amzn-requestid', randomUUID());
      await answer(request, response, options, proxy.relay).catch((error) => sendError(response, error));
    },
  });
  const close = async () => {
    await listener.close();
    proxy.close();
  };
  return { ...listener, close };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: EndpointOptions,
  relay: (request: IncomingMessage, response: ServerResponse, operation: string) => Promise<void>,
): Promise<void> {
  if (!isLoopbackRequest(request.headers)) {
    // Otherwise a web page could reach the stack through a name of its own that resolves to 127.0.0.1.
    throw new AwsError(
      'AccessDeniedException',
      403,
      'The local stack answers to loopback names and addresses only.',
    );
  }
  const target = String(request.headers['x-amz-target'] ?? '');
  const operation = target.slice(target.indexOf('.') + 1);
  if (DYNAMODB_TARGET.test(target)) return relay(request, response, operation);
  const body = await readBody(request, LARGEST_BODY_BYTES);
  const [path = '/', query] = (request.url ?? '/').split('?', 2);
  const asked = {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    body,
    headers: request.headers,
  };
  const service = serviceFor(asked.method, asked.path, target, options);
  send(response, await service({ ...asked, operation: target ? operation : undefined }));
}

function serviceFor(method: string, path: string, target: string, options: EndpointOptions): LambdaService {
  if (ECS_TARGET.test(target)) return options.ecs;
  if (options.events && EVENTS_TARGET.test(target)) return options.events;
  if (options.secrets && SECRETS_TARGET.test(target)) return options.secrets;
  if (target) throw unknownOperation(`the target ${target}`, SUPPORTED);
  if (path.startsWith('/2015-02-01/')) return options.efs;
  if (options.lambda && isLambdaPath(path)) return options.lambda;
  if (/^\/schedule(s|-groups)(\/|$)/.test(path)) return options.scheduler;
  if (path === '/' && method === 'POST') return answerSts;
  if (path === '/') return async () => jsonReply(200, { services: SUPPORTED, ...options.status?.() });
  throw unknownOperation(`${method} ${path}`, SUPPORTED);
}

const SUPPORTED = [
  'DynamoDB',
  'DynamoDB Streams',
  'ECS',
  'EFS',
  'EventBridge',
  'EventBridge Scheduler',
  'Lambda',
  'Secrets Manager',
  'STS',
];

function send(response: ServerResponse, { status, headers, body }: ServiceReply): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
}

/** Everything that is not an AWS error is a bug of the local stack, and says so. */
function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const known = error instanceof AwsError ? error : new AwsError('InternalFailure', 500, message);
  // What is left of a request that was too large is not worth reading.
  if (known.status === 413) response.setHeader('connection', 'close');
  send(response, errorReply(known));
}
