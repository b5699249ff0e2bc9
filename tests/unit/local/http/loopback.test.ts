import { isLoopbackRequest } from '../../../../src/local/http/loopback.ts';

test.each([
  [{ host: '127.0.0.1:4566' }, true],
  [{ host: '127.255.255.254' }, true],
  [{ host: '[::1]:4566' }, true],
  [{ host: 'localhost:4566' }, true],
  [{ host: 'LOCALHOST' }, true],
  [{ host: 'workspaces.localhost:4566' }, true],
  [{ host: 'localhost', origin: 'http://localhost:3000' }, true],
  [{ host: '128.0.0.1' }, false],
  [{ host: '0.0.0.0' }, false],
  [{ host: '[::2]' }, false],
  [{ host: '192.168.0.1' }, false],
  [{ host: 'evil.example' }, false],
  [{ host: 'localhost.evil.example' }, false],
  [{ host: '127.0.0.1.evil.example' }, false],
  [{ host: 'notlocalhost' }, false],
  [{ host: 'localhost', origin: 'https://evil.example' }, false],
  // What sandboxed frames and local files send.
  [{ host: 'localhost', origin: 'null' }, false],
  [{ host: '' }, false],
  [{}, false],
])('%j is meant for this machine: %s', (headers, expected) => {
  expect(isLoopbackRequest(headers)).toBe(expected);
});
