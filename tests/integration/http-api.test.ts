import { request } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { startHttpApi } from '../../src/local/http/http-api.ts';
import type { Listener } from '../../src/local/http/listen.ts';
import { InFlight } from '../../src/local/time/in-flight.ts';

const routes = [{ functionName: 'echo', method: 'POST', path: '/echo/{id}' }];
const logged: string[] = [];
let invoke: (functionName: string, event: APIGatewayProxyEventV2) => Promise<unknown>;
let api: Listener;
const inFlight = new InFlight();

beforeAll(async () => {
  api = await startHttpApi({
    routes,
    invoke: (name, event) => invoke(name, event),
    inFlight,
    port: 0,
    log: (message) => void logged.push(message),
  });
});
afterAll(() => api.close());
beforeEach(() => {
  invoke = async (_name, event) => ({ id: event.pathParameters?.id, body: event.body });
});

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, method = 'POST') =>
  fetch(`${api.url}${path}`, {
    method,
    ...(method === 'POST' && { body, headers: { 'content-type': 'application/json' } }),
  });

test('a request reaches its function, and the result comes back as JSON', async () => {
  const response = await post('/echo/a%20b', '{"x":1}');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ id: 'a b', body: '{"x":1}' });
});

test.each([
  ['an unknown path', '/nothing', 'POST'],
  ['another method', '/echo/1', 'GET'],
])('%s is not found', async (_name, path, method) => {
  const response = await post(path, '', method);
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ message: 'Not Found' });
});

test('a function that throws is a 500 that tells nothing, and the error is logged', async () => {
  invoke = () => Promise.reject(new Error('secret detail'));
  const response = await post('/echo/1', '');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ message: 'Internal Server Error' });
  expect(logged.at(-1)).toContain('echo failed on POST /echo/1: Error: secret detail');
});

test('6 MB are taken, a byte more is not', async () => {
  const largest = 6 * 1024 * 1024;
  expect((await post('/echo/1', new Uint8Array(largest))).status).toBe(200);
  expect((await post('/echo/1', new Uint8Array(largest + 1))).status).toBe(413);
});

test.each([
  ['evil.example', 403],
  ['127.0.0.1.evil.example', 403],
  ['localhost:4567', 404],
  ['[::1]:4567', 404],
])('host %s is answered with %i', async (host, expected) => {
  const status = await new Promise((resolve, reject) => {
    request(api.url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(expected);
});

test('a request that is being handled is in flight', async () => {
  let settled = false;
  invoke = async () => {
    void inFlight.settled().then(() => {
      settled = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    return { settled };
  };
  expect(await (await post('/echo/1', '')).json()).toEqual({ settled: false });
  await inFlight.settled();
});

test('a taken port is named, with the option that changes it', async () => {
  const port = Number(new URL(api.url).port);
  const options = { routes, invoke, inFlight, port };
  await expect(startHttpApi(options)).rejects.toThrow(
    `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another with --http-port <number>.`,
  );
});

test('close answers what has arrived and ends connections that are kept alive', async () => {
  let began = () => {};
  let finish = () => {};
  const running = new Promise<void>((resolve) => (began = resolve));
  const other = await startHttpApi({
    routes,
    invoke: () => {
      began();
      return new Promise((resolve) => (finish = () => resolve('done')));
    },
    inFlight,
    port: 0,
  });
  const answer = fetch(`${other.url}/echo/1`, { method: 'POST', body: 'x' });
  await running;
  const closed = other.close();
  finish();
  expect(await (await answer).text()).toBe('done');
  await closed;
  await expect(fetch(other.url)).rejects.toThrow();
});
