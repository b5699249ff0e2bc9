import { type Arrival, admit, type House } from '../../../../src/operator/console/admission.ts';

const house: House = {
  port: 4568,
  base: '/secret/',
  cookieName: 'workspace-console',
  readOnly: false,
  isSession: (session) => session === 'good',
};

/** A request that is let in; each test deviates in one point. */
function arrival(change: Partial<Arrival> = {}, headers: Arrival['headers'] = {}): Arrival {
  return {
    method: 'POST',
    url: '/secret/api/pause',
    ...change,
    headers: {
      host: '127.0.0.1:4568',
      origin: 'http://127.0.0.1:4568',
      cookie: 'workspace-console=good',
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
  };
}

test('what is right is let in, with its path and query', () => {
  expect(admit(arrival(), house)).toMatchObject({ kind: 'admitted', path: 'api/pause' });
  const get = arrival({ method: 'GET', url: '/secret/api/workspaces?q=a%2Fb' }, { origin: undefined });
  const admitted = admit(get, house);
  expect(admitted).toMatchObject({ kind: 'admitted', path: 'api/workspaces' });
  expect(admitted.kind === 'admitted' && admitted.query.get('q')).toBe('a/b');
  const byName = { host: 'localhost:4568', origin: 'http://localhost:4568' };
  expect(admit(arrival({}, byName), house)).toMatchObject({ kind: 'admitted' });
});

test.each<[string, Partial<Arrival>, Arrival['headers'], number, string]>([
  ['a rebound host name', {}, { host: 'evil.example:4568', origin: undefined }, 403, 'another host'],
  [
    'a rebound name with its own origin',
    {},
    { host: 'evil.example:4568', origin: 'http://evil.example:4568' },
    403,
    'another host',
  ],
  ['a subdomain that only looks like us', {}, { host: '127.0.0.1.evil.example:4568' }, 403, 'another host'],
  ['another port', {}, { host: '127.0.0.1:80' }, 403, 'another host'],
  ['no host', {}, { host: undefined }, 403, 'another host'],
  ['another origin', {}, { origin: 'https://evil.example' }, 403, 'another origin'],
  ['another port of this machine', {}, { origin: 'http://127.0.0.1:9999' }, 403, 'another origin'],
  ['an origin that is hidden', {}, { origin: 'null' }, 403, 'another origin'],
  ['the other name of this machine', {}, { origin: 'http://localhost:4568' }, 403, 'another origin'],
  ['a change that does not say where it comes from', {}, { origin: undefined }, 403, 'does not say'],
  [
    'a page of another site',
    { method: 'GET' },
    { origin: undefined, 'sec-fetch-site': 'cross-site' },
    403,
    'another site',
  ],
  [
    'a page of another port',
    { method: 'GET' },
    { origin: undefined, 'sec-fetch-site': 'same-site' },
    403,
    'another site',
  ],
  ['no cookie', {}, { cookie: undefined }, 401, 'no session'],
  ['a wrong cookie', {}, { cookie: 'workspace-console=bad' }, 401, 'no session'],
  ['a cookie of a longer name', {}, { cookie: 'x-workspace-console=good' }, 401, 'no session'],
  ['an unknown path', { url: '/api/pause' }, {}, 404, 'nothing here'],
  ['the root', { method: 'GET', url: '/' }, {}, 404, 'nothing here'],
  ['another method', { method: 'PUT' }, {}, 405, 'expected GET or POST'],
  ['a form', {}, { 'content-type': 'text/plain' }, 415, 'application/json'],
  ['the entrance without a token', { method: 'GET', url: '/open' }, {}, 400, 'no token'],
  ['the entrance by POST', { url: '/open?token=x' }, {}, 400, 'no token'],
])('%s is refused', (_, change, headers, status, reason) => {
  const admission = admit(arrival(change, headers), house);
  expect(admission).toEqual({ kind: 'refused', status, reason: expect.stringContaining(reason) });
});

test('read-only refuses every change, and nothing else', () => {
  const readOnly = { ...house, readOnly: true };
  for (const path of ['pause', 'unpause', 'workspaces/acme/ada/hold', 'sample/step']) {
    const admission = admit(arrival({ url: `/secret/api/${path}` }), readOnly);
    expect(admission).toMatchObject({ kind: 'refused', status: 403 });
  }
  expect(admit(arrival({ method: 'GET' }), readOnly)).toMatchObject({ kind: 'admitted' });
  expect(admit(arrival({ url: '/secret/api/reload' }), readOnly)).toMatchObject({ kind: 'admitted' });
});
