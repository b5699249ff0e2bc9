import { toHttpResponse } from '../../../../src/local/http/http-response.ts';

const shown = (result: unknown) => {
  const { status, headers, body } = toHttpResponse(result);
  return { status, headers, body: body.toString() };
};
const JSON_TYPE = { 'content-type': 'application/json' };

test.each([
  [{ message: 'hello' }, '{"message":"hello"}'],
  [[1, 2], '[1,2]'],
  [7, '7'],
  [null, 'null'],
  ['hello', 'hello'],
])('%j without a statusCode is the body of a 200', (result, body) => {
  expect(shown(result)).toEqual({ status: 200, headers: JSON_TYPE, body });
});

test('a structured result says everything itself', () => {
  const result = {
    statusCode: 202,
    headers: { 'X-Count': 3, 'Content-Type': 'application/json' },
    cookies: ['a=1', 'b=2'],
    body: 'e30=',
    isBase64Encoded: true,
  };
  expect(shown(result)).toEqual({
    status: 202,
    headers: { ...JSON_TYPE, 'x-count': '3', 'set-cookie': ['a=1', 'b=2'] },
    body: '{}',
  });
});

test('a structured result without a type is plain text, without a body empty', () => {
  expect(shown({ statusCode: 204 })).toEqual({
    status: 204,
    headers: { 'content-type': 'text/plain;charset=utf-8' },
    body: '',
  });
});

test.each([{ statusCode: 'fine' }, { statusCode: 99 }, { statusCode: 600 }, { statusCode: 200, body: {} }])(
  '%j is malformed',
  (result) => {
    expect(() => toHttpResponse(result)).toThrow("the function's");
  },
);
