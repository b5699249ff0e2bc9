import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { HttpAnswer, HttpRequest } from '../ports.ts';

/** The request of an HTTP API event, payload version 2.0. The body is exactly what was sent: signatures cover it. */
export function readHttpEvent(event: APIGatewayProxyEventV2): HttpRequest {
  const { body = '', isBase64Encoded, headers, pathParameters = {} } = event;
  const text = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body;
  return { body: text, headers, parameters: pathParameters };
}

/** The response as API Gateway takes it: JSON. */
export function toHttpResponse({ status, body, headers }: HttpAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(body),
  };
}
