import { type HttpRequest, matchRoute, toHttpEvent } from '../../../../src/local/http/http-event.ts';

const routes = [
  { functionName: 'list', method: 'GET', path: '/workspaces' },
  { functionName: 'any', method: 'ANY', path: '/workspaces/{id}' },
  { functionName: 'one', method: 'GET', path: '/workspaces/{id}' },
  { functionName: 'mine', method: 'GET', path: '/workspaces/mine' },
];
const NOW = 1_800_000_000.5;
const okRequest: HttpRequest = {
  method: 'GET',
  url: '/workspaces/a%20b?x=1&y=%C3%A9&x=2',
  rawHeaders: [
    'Host',
    'localhost:4567',
    'X-Twice',
    'a',
    'x-twice',
    'b',
    'Cookie',
    'c=1; d=2',
    'User-Agent',
    'curl',
  ],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  httpVersion: '1.1',
};
const eventOf = (change: Partial<HttpRequest> = {}) => {
  const request = { ...okRequest, ...change };
  const match = matchRoute(routes, request.method, request.url.split('?')[0] ?? '');
  if (match === undefined) throw new Error('no route');
  return toHttpEvent(request, match, NOW);
};

test('a request becomes an event of payload format 2.0', () => {
  expect(eventOf()).toEqual({
    version: '2.0',
    routeKey: 'GET /workspaces/{id}',
    rawPath: '/workspaces/a%20b',
    rawQueryString: 'x=1&y=%C3%A9&x=2',
    cookies: ['c=1', 'd=2'],
    headers: { host: 'localhost:4567', 'x-twice': 'a,b', 'user-agent': 'curl' },
    queryStringParameters: { x: '1,2', y: 'é' },
    pathParameters: { id: 'a b' },
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost:4567',
      domainPrefix: 'localhost:4567',
      http: {
        method: 'GET',
        path: '/workspaces/a%20b',
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'curl',
      },
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      routeKey: 'GET /workspaces/{id}',
      stage: '$default',
      time: '15/Jan/2027:08:00:00 +0000',
      timeEpoch: 1_800_000_000_500,
    },
    isBase64Encoded: false,
  });
});

test('what a request does not have is not in the event', () => {
  const event = eventOf({ url: '/workspaces', rawHeaders: ['Host', 'localhost'] });
  for (const name of ['cookies', 'queryStringParameters', 'pathParameters', 'body']) {
    expect(event).not.toHaveProperty(name);
  }
});

describe('the body', () => {
  const bodyOf = (body: Buffer, contentType?: string) => {
    const type = contentType === undefined ? [] : ['Content-Type', contentType];
    const event = eventOf({ body, rawHeaders: ['Host', 'localhost', ...type] });
    return { body: event?.body, isBase64Encoded: event?.isBase64Encoded };
  };

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/problem+json',
    undefined,
  ])('is text for %s', (type) => {
    expect(bodyOf(Buffer.from('{"é":1}'), type)).toEqual({ body: '{"é":1}', isBase64Encoded: false });
  });

  test.each(['application/octet-stream', 'application/x-www-form-urlencoded', 'image/png'])(
    'is base64 for %s',
    (type) => {
      expect(bodyOf(Buffer.from('a=1'), type)).toEqual({ body: 'YT0x', isBase64Encoded: true });
    },
  );

  test('is base64 when it is no UTF-8, so that not a byte is lost', () => {
    const bytes = Buffer.from([0x7b, 0xff, 0xfe]);
    expect(bodyOf(bytes, 'application/json')).toEqual({
      body: bytes.toString('base64'),
      isBase64Encoded: true,
    });
  });
});

describe('routes', () => {
  const routed = (method: string, path: string) => matchRoute(routes, method, path)?.route.functionName;

  test('a fixed path wins over a parameter, a method over ANY', () => {
    expect(routed('GET', '/workspaces/mine')).toBe('mine');
    expect(routed('GET', '/workspaces/7')).toBe('one');
    expect(routed('PUT', '/workspaces/7')).toBe('any');
  });

  test.each([
    ['POST', '/workspaces'],
    ['GET', '/workspaces/'],
    ['GET', '/workspaces/7/files'],
    ['GET', '/'],
  ])('%s %s has none', (method, path) => {
    expect(routed(method, path)).toBeUndefined();
  });
});

test('a parameter that is not properly encoded makes no event', () => {
  expect(eventOf({ url: '/workspaces/%E0%A4%A' })).toBeUndefined();
});
