import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { readHttpEvent, toHttpResponse } from '../../../src/aws/http-events.ts';

const read = (event: Partial<APIGatewayProxyEventV2>) =>
  readHttpEvent({ headers: {}, isBase64Encoded: false, ...event } as APIGatewayProxyEventV2);

test('the body is what was sent, character by character', () => {
  const body = '{ "a" : 1,\r\n\t"b": "ü€😀" }\n';
  expect(read({ body }).body).toBe(body);
  expect(read({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true }).body).toBe(body);
});

test('a text that looks like base64 is not decoded', () => {
  expect(read({ body: 'eyJhIjoxfQ==' }).body).toBe('eyJhIjoxfQ==');
});

test('no body is an empty one', () => {
  expect(read({})).toEqual({ body: '', headers: {}, parameters: {} });
});

test('headers are handed on', () => {
  const headers = { 'stripe-signature': 't=1,v1=2' };
  expect(read({ headers }).headers).toEqual(headers);
});

test('the parts of the path are handed on, decoded as API Gateway gives them', () => {
  const pathParameters = { clientId: 'acme', userId: 'a/../b' };
  expect(read({ pathParameters }).parameters).toEqual(pathParameters);
});

test('headers of an answer come beside the content type', () => {
  const { headers } = toHttpResponse({ status: 423, body: {}, headers: { 'retry-after': '5' } });
  expect(headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'retry-after': '5',
  });
});

test('an answer is JSON that nobody keeps', () => {
  expect(toHttpResponse({ status: 409, body: { error: 'no' } })).toEqual({
    statusCode: 409,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: '{"error":"no"}',
  });
});
