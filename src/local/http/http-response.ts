/** What goes back over the wire. */
export interface HttpResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/** A JSON answer of the API itself, e.g. `{"message":"Not Found"}`. */
export function messageResponse(status: number, message: string): HttpResponse {
  return jsonResponse(status, JSON.stringify({ message }));
}

/**
 * The response that API Gateway makes of a function's result (payload format 2.0): a result without
 * `statusCode` is the body of a 200. Throws if a result with one is malformed; API Gateway answers 500 then.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpResponse(result: unknown): HttpResponse {
  if (typeof result === 'string') return jsonResponse(200, result);
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return jsonResponse(200, JSON.stringify(result ?? null));
  }
  const {
    statusCode,
    headers = {},
    cookies = [],
    body = '',
    isBase64Encoded = false,
  } = result as Record<string, unknown>;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new Error(`the function's statusCode is ${JSON.stringify(statusCode)}; expected 200 to 599`);
  }
  if (typeof body !== 'string') {
    throw new Error(`the function's body is of type ${typeof body}; expected text, e.g. by JSON.stringify`);
  }
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=utf-8',
      ...lowerCaseNames(headers),
      ...(Array.isArray(cookies) && cookies.length > 0 && { 'set-cookie': cookies.map(String) }),
    },
    body: Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8'),
  };
}

function jsonResponse(status: number, body: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
}

function lowerCaseNames(headers: unknown): Record<string, string> {
  const entries = Object.entries((headers ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}
