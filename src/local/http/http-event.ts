import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { LOCAL_ACCOUNT_ID } from '../services/arn.ts';
import type { TemplateRoute } from '../template/functions.ts';

/** A request, read to its end. */
export interface HttpRequest {
  method: string;
  /** Path and query as sent, e.g. `/workspaces/a%20b?x=1`. */
  url: string;
  /** Names and values in turn, as Node's `rawHeaders`. */
  rawHeaders: readonly string[];
  body: Buffer;
  sourceIp: string;
  httpVersion: string;
}

/** A route with the values of its path's parameters, still URL-encoded. */
export interface RouteMatch {
  route: TemplateRoute;
  parameters: Record<string, string>;
}

/** What API Gateway hands over as text; all other content comes as base64, e.g. forms. */
const TEXT_TYPE = /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.-]+\+(json|xml)\b)/i;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** The route for a request, or undefined. A fixed path wins over parameters, a method over `ANY`. */
export function matchRoute(
  routes: readonly TemplateRoute[],
  method: string,
  path: string,
): RouteMatch | undefined {
  const matches = routes.flatMap((route) => {
    const parameters = matchPath(route.path, path);
    const isMethod = route.method === method || route.method === 'ANY';
    return parameters && isMethod ? [{ route, parameters }] : [];
  });
  const rank = ({ route, parameters }: RouteMatch) =>
    Object.keys(parameters).length + (route.method === 'ANY' ? 0.5 : 0);
  return matches.sort((a, b) => rank(a) - rank(b))[0];
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const expected = pattern.split('/');
  const actual = path.split('/');
  if (expected.length !== actual.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = actual[index] ?? '';
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === '') return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return parameters;
}

/**
 * The event that API Gateway makes of a request: HTTP API, payload format 2.0. `now` is in epoch seconds.
 * Undefined if a path parameter is not properly URL-encoded.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(
  request: HttpRequest,
  { route, parameters }: RouteMatch,
  now: number,
): APIGatewayProxyEventV2 | undefined {
  const [rawPath = '/', ...query] = request.url.split('?');
  const rawQueryString = query.join('?');
  const { cookie, ...headers } = joinHeaders(request.rawHeaders);
  const queryParameters = joinQuery(rawQueryString);
  const pathParameters = decodeValues(parameters);
  if (pathParameters === undefined) return undefined;
  return {
    version: '2.0',
    routeKey: `${route.method} ${route.path}`,
    rawPath,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(queryParameters && { queryStringParameters: queryParameters }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: requestContext(request, route, rawPath, headers, now),
    ...bodyOf(request.body, headers['content-type']),
  };
}

function decodeValues(values: Record<string, string>): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    return undefined;
  }
}

function requestContext(
  request: HttpRequest,
  route: TemplateRoute,
  path: string,
  headers: Record<string, string>,
  now: number,
): APIGatewayProxyEventV2['requestContext'] {
  const domainName = headers.host ?? 'localhost';
  return {
    accountId: LOCAL_ACCOUNT_ID,
    apiId: 'local',
    domainName,
    domainPrefix: domainName.split('.')[0] ?? domainName,
    http: {
      method: request.method,
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.sourceIp,
      userAgent: headers['user-agent'] ?? '',
    },
    requestId: randomUUID(),
    routeKey: `${route.method} ${route.path}`,
    stage: '$default',
    time: logTime(now),
    timeEpoch: Math.floor(now * 1000),
  };
}

function joinHeaders(rawHeaders: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    const value = rawHeaders[index + 1] ?? '';
    const before = headers.get(name);
    const separator = name === 'cookie' ? '; ' : ',';
    headers.set(name, before === undefined ? value : `${before}${separator}${value}`);
  }
  return Object.fromEntries(headers);
}

function joinQuery(query: string): Record<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return values.size === 0 ? undefined : Object.fromEntries(values);
}

function bodyOf(body: Buffer, contentType = 'text/plain'): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT_TYPE.test(contentType) && isUtf8(body);
  return { body: body.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** e.g. `12/Mar/2026:19:03:58 +0000`. */
function logTime(now: number): string {
  const date = new Date(now * 1000);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}
