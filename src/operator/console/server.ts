import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BadInputError, RetryableError } from '../../core/errors.ts';
import { admit, ENTRANCE, type House } from './admission.ts';
import { type ApiPorts, answerGet, answerPost } from './api.ts';
import type { Asset } from './assets.ts';
import type { EventStream } from './event-stream.ts';
import { type Sessions, secret } from './sessions.ts';

export interface ServerOptions {
  /** 0 takes any that is free. */
  port: number;
  sessions: Sessions;
  assets: ReadonlyMap<string, Asset>;
  events: EventStream;
  api: ApiPorts;
  /** The token was used: the link leads nowhere any more, and `link` says the next. */
  onEntered: () => void;
}

export interface ConsoleServer {
  /** Good for one use. */
  link(): string;
  close(): Promise<void>;
}

/** An operator writes a reason, no book. */
const LARGEST_BODY_BYTES = 16_384;
const HOST = '127.0.0.1';

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'cache-control': 'no-store',
};

/** Serves the console on loopback only. Rejects if the port is taken. */
export async function serveConsole(options: ServerOptions): Promise<ConsoleServer> {
  const base = `/${secret(9)}/`;
  const house: House = {
    port: 0,
    base,
    cookieName: 'workspace-console',
    readOnly: options.api.readOnly,
    isSession: (session) => options.sessions.isValid(session),
  };
  const server = createServer((request, response) => {
    respond(request, response, house, options).catch((error) => answerError(error, response));
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return failed(error);
      const message = `Port ${options.port} on ${HOST} is in use. Stop what uses it, or choose another for the console.`;
      failed(new Error(message, { cause: error }));
    });
    server.listen(options.port, HOST, listening);
  });
  house.port = (server.address() as AddressInfo).port;
  return {
    link: () => `http://${HOST}:${house.port}${ENTRANCE}?token=${options.sessions.currentToken}`,
    close: async () => {
      options.events.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  house: House,
  options: ServerOptions,
): Promise<void> {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const { method = 'GET', url = '/', headers } = request;
  const admission = admit({ method, url, headers }, house);
  if (admission.kind === 'refused') sendRefusal(admission.status, admission.reason, request, response);
  else if (admission.kind === 'enter') enter(admission.token, request, response, house, options);
  else if (admission.path === 'api/events') openStream(response, options);
  else if (admission.path.startsWith('api/'))
    await answerApi(admission.path.slice('api/'.length), admission.query, request, response, options);
  else sendAsset(admission.path, request, response, options);
}

function enter(
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
  { base, cookieName }: House,
  { sessions, onEntered }: ServerOptions,
): void {
  const session = sessions.redeem(token);
  if (session === undefined) {
    sendRefusal(403, 'this link was used already, or is none of ours', request, response);
    return;
  }
  response.setHeader('set-cookie', `${cookieName}=${session}; Path=${base}; HttpOnly; SameSite=Strict`);
  response.writeHead(303, { location: base }).end();
  onEntered();
}

function openStream(response: ServerResponse, { events }: ServerOptions): void {
  if (!events.add(response)) sendJson(response, 429, { error: 'too many pages are open' });
}

function sendAsset(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { assets }: ServerOptions,
): void {
  const asset = assets.get(path);
  if (asset === undefined) {
    sendRefusal(404, 'there is nothing here', request, response);
    return;
  }
  const isGzip = /\bgzip\b/.test(String(request.headers['accept-encoding']));
  const body = isGzip ? asset.gzipped : asset.body;
  if (isGzip) response.setHeader('content-encoding', 'gzip');
  response.writeHead(200, { 'content-type': asset.type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerApi(
  path: string,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  { api }: ServerOptions,
): Promise<void> {
  if (request.method === 'POST') {
    const isKnown = await answerPost(path, parseBody(await readBody(request)), api);
    sendJson(response, isKnown ? 200 : 404, isKnown ? { done: true } : NOTHING_HERE);
    return;
  }
  const answer = await answerGet(path, query, api);
  sendJson(response, answer === undefined ? 404 : 200, answer ?? NOTHING_HERE);
}

const NOTHING_HERE = { error: 'there is nothing by that name' };

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES)
      throw new BadInputError(`the body has more than ${LARGEST_BODY_BYTES} bytes`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadInputError('the body is not JSON');
  }
}

/** A person who opens a page gets words; a program gets JSON. */
function sendRefusal(
  status: number,
  reason: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (!request.headers.accept?.includes('text/html')) {
    sendJson(response, status, { error: reason });
    return;
  }
  const what = 'Open the link that the console prints now: each link is good for one use.';
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`Not let in: ${reason}.\n\n${what}\n`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** What a caller did wrong is told; what is wrong with AWS or with us is told with what to do. */
function answerError(error: unknown, response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else if (error instanceof BadInputError) sendJson(response, error.status, { error: error.message });
  else if (error instanceof RetryableError) sendJson(response, 503, { error: `${error.message}; try again` });
  else sendJson(response, 502, { error: `${describe(error)}. ${REMEDY}` });
}

const REMEDY =
  'Look at the credentials, the Region and the names of the tables with which the console was started.';

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
