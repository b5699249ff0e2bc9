import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { reporterFile } from '../../src/local/processes/reporter-file.ts';
import { REAL_TIME } from '../../src/reporter/time.ts';
import { TokenWay } from '../../src/reporter/token-way.ts';
import { useDataFolder } from '../support/data-folder.ts';
import { bill, post, rowOf, startTestStack, type TestStack } from '../support/local-stack.ts';

jest.setTimeout(180_000);

const DAY = 86_400;
const folder = useDataFolder();
const ada = { clientId: 'acme', userId: 'ada' };
let stack: TestStack;
beforeEach(async () => {
  stack = await startTestStack(folder());
});
afterEach(() => stack.stop());

const provision = async () => {
  await bill(stack, ada.clientId, 'active', 'free');
  return (await post(stack, '/workspaces', ada)).body as {
    token: string;
    environment: Record<string, string>;
  };
};
const report = (token: string, said: object = {}) =>
  post(stack, '/activity', said, { authorization: `Bearer ${token}` });
const rotate = () =>
  stack.clients.secrets.send(
    new PutSecretValueCommand({
      SecretId: stack.configuration.tokens.secretId,
      SecretString: `another secret of more than 32 characters, ${Math.random()}`,
    }),
  );

test('the reporter gets there with what it was given, over the wire', async () => {
  const { token, environment } = await provision();
  await stack.advanceTo(stack.clock.now() + 100);
  const way = new TokenWay({ url: environment.WORKSPACE_API_URL ?? '', token, time: REAL_TIME });
  const lastActivity = Math.floor(stack.clock.now());
  const unsavedWork = { changes: 2, commits: 0 };
  expect(await way.send({ lastActivity, containerStatus: 'idle', unsavedWork })).toEqual({ kind: 'taken' });
  expect(await rowOf(stack, ada)).toMatchObject({ lastActivity, containerStatus: 'idle', unsavedWork });
  way.close();
});

test('archiving revokes a token that is young, and giving the workspace back does not bring it back', async () => {
  let { token } = await provision();
  const start = stack.clock.now();
  for (let half = 1; half < 14; half += 1) {
    await stack.advanceTo(start + (half * DAY) / 2);
    token = String((await report(token, { renew: true })).body.token);
  }
  await stack.advanceTo(start + 7 * DAY + 60);
  const archived = await rowOf(stack, ada);
  expect(archived).toMatchObject({ lifecycle: 'archived' });
  const refused = { status: 401, body: { error: 'the token is not valid' } };
  expect(await report(token)).toEqual(refused);
  expect(await report(token, { renew: true })).toEqual(refused);
  expect(await rowOf(stack, ada)).toEqual(archived);

  const { body } = await post(stack, '/workspaces/acme/ada/resume', {});
  expect(await report(token)).toEqual(refused);
  expect((await report(String(body.token))).status).toBe(200);
});

test('a token that is renewed in time goes on for ever', async () => {
  let { token } = await provision();
  for (let half = 0; half < 6; half += 1) {
    await stack.advanceTo(stack.clock.now() + DAY / 2);
    const { status, body } = await report(token, { renew: true });
    expect(status).toBe(200);
    token = String(body.token);
  }
});

test('two keys at once: what the key before has signed is good until the next rotation', async () => {
  const { token } = await provision();
  await rotate();
  await stack.advanceTo(stack.clock.now() + 600);
  expect((await report(token)).status).toBe(200);
  const { token: ofNew } = (await post(stack, '/workspaces', ada)).body as { token: string };
  expect((await report(ofNew, { renew: true })).status).toBe(200);
  await rotate();
  await stack.advanceTo(stack.clock.now() + 600);
  expect((await report(token)).status).toBe(401);
  expect((await report(ofNew, { renew: true })).status).toBe(200);
});

test('the other way: the reporter that writes to the table itself gets there too', async () => {
  await provision();
  await stack.advanceTo(stack.clock.now() + 100);
  const before = await rowOf(stack, ada);
  const runtime = mkdtempSync(join(tmpdir(), 'reporter-'));
  const env = {
    PATH: process.env.PATH ?? '',
    REPORT_RUNTIME_DIR: runtime,
    WORKSPACE_ROOT: runtime,
    WORKSPACE_STATUS_TABLE: 'WorkspaceStatus',
    CLIENT_ID: ada.clientId,
    USER_ID: ada.userId,
    AWS_ENDPOINT_URL: stack.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const file = (await reporterFile()).replace('reporter.mjs', 'reporter-table.mjs');
  const command = ['--', process.execPath, '-e', ''];
  await promisify(execFile)(process.execPath, [file, '--no-files', '--no-terminals', ...command], { env });
  expect(await rowOf(stack, ada)).toEqual({ ...before, containerStatus: 'terminated' });
  rmSync(runtime, { recursive: true });
});
