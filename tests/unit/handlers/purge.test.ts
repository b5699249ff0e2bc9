import { BadInputError } from '../../../src/core/errors.ts';
import type { WorkspaceKey } from '../../../src/core/workspace-key.ts';
import { PURGE_SLICE_SECONDS, purge } from '../../../src/handlers/purge.ts';
import type { RemovedSlice } from '../../../src/ports.ts';

const NOW = 1_767_225_600;

/** Homes that only note what they are asked for. */
function call(event: unknown, slice: RemovedSlice = { done: true, removed: 3 }) {
  const asked: { key: WorkspaceKey; seconds: number; at: number }[] = [];
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const homes = {
    remove: async (key: WorkspaceKey, limit: { seconds: number; at: number }) => {
      asked.push({ key, ...limit });
      return slice;
    },
  };
  const observer = { info: say, warn: say, error: say, count: () => {} };
  return { asked, said, answer: purge(event, { homes, clock: { now: () => NOW }, observer }) };
}

test.each([
  [true, 'home deleted'],
  [false, 'home not deleted yet'],
])('deletes for a slice and says whether it is done: %s', async (done, message) => {
  const path = '/workspace/acme/ada@example.com';
  const { asked, said, answer } = call({ path }, { done, removed: 17 });
  expect(await answer).toEqual({ path, done, removed: 17 });
  const key = { clientId: 'acme', userId: 'ada@example.com' };
  expect(asked).toEqual([{ key, seconds: PURGE_SLICE_SECONDS, at: NOW }]);
  expect(said).toEqual([message]);
});

const id = (length: number) => 'x'.repeat(length);

test.each<[unknown]>([
  // A path, but not of exactly one home.
  ...[
    '',
    '/',
    '/workspace',
    '/workspace/',
    '/workspace/acme',
    '/workspace/acme/',
    '/workspace//ada',
    '/workspace/acme/ada/',
    '/workspace/acme/ada/.',
    '/workspace/acme/ada/file',
    '/workspace/acme//ada',
    '//workspace/acme/ada',
    'workspace/acme/ada',
    '/mnt/workspaces/acme/ada',
    '/workspace/acme/..',
    '/workspace/../acme',
    '/workspace/acme/../globex',
    '/workspace/acme/../globex/gwen',
    '/workspace/./ada',
    '/workspace/acme/.',
    '/workspace/acme/...',
    '/workspace/acme/ada.',
    '/workspace/acme/.purging',
    '/workspace/.purging/acme',
    '/workspace/.tombstones/acme',
    '/workspace/acme/%2e%2e',
    '/workspace/acme%2fada/x',
    '/workspace/acme/..%2fglobex',
    '/workspace/acme/ada%00',
    '/workspace/acme/ada\0',
    '/workspace/acme/ada\n',
    '\n/workspace/acme/ada',
    '/workspace/acme/ada ',
    '/workspace/acme\\ada/x',
    '/workspace/acme/a*',
    '/workspace/acme/~',
    '/workspace/acme/$HOME',
    // Full-width and division slashes, one dot leader, fraction slash, Cyrillic, combining marks, right-to-left, zero width.
    '/workspace/acme/a／b',
    '/workspace/acme/a∕b',
    '/workspace/acme/․․',
    '/workspace/acme/a⁄b',
    '/workspace/аcme/ada',
    '/workspace/acme/ada\u0301',
    '/workspace/acme/\u202eada',
    '/workspace/acme/ada\u200b',
    '/WORKSPACE/acme/ada',
    `/workspace/acme/${id(88)}`,
    `/workspace/${id(50)}/${id(40)}`,
  ].map((path): [unknown] => [{ path }]),
  // No path at all.
  [undefined],
  [null],
  ['/workspace/acme/ada'],
  [['/workspace/acme/ada']],
  [{}],
  [{ path: undefined }],
  [{ path: null }],
  [{ path: 17 }],
  [{ path: ['/workspace/acme/ada'] }],
  [{ path: { toString: '/workspace/acme/ada' } }],
  [{ Path: '/workspace/acme/ada' }],
  [{ path: '/workspace/acme/ada', force: true }],
  [{ clientId: 'acme', userId: 'ada' }],
])('%j is refused, and nothing is touched', async (event) => {
  const { asked, answer } = call(event);
  await expect(answer).rejects.toThrow(BadInputError);
  await expect(answer).rejects.toThrow('expected {"path":"/workspace/<clientId>/<userId>"} and nothing else');
  expect(asked).toEqual([]);
});

test('a refusal quotes what it was given', async () => {
  await expect(call({ path: '/workspace/acme/..' }).answer).rejects.toThrow(
    'the function purge got {"path":"/workspace/acme/.."}, expected',
  );
});

test('what the file system throws is thrown on', async () => {
  const homes = { remove: () => Promise.reject(new Error('EIO')) };
  const silent = () => {};
  const observer = { info: silent, warn: silent, error: silent, count: silent };
  const running = purge({ path: '/workspace/acme/ada' }, { homes, clock: { now: () => NOW }, observer });
  await expect(running).rejects.toThrow('EIO');
});
