import type { LambdaClient } from '@aws-sdk/client-lambda';
import { LambdaFiles, RetainedFiles } from '../../../src/aws/lambda-files.ts';
import { InstallationError, InvariantError, RetryableError } from '../../../src/core/errors.ts';
import { OK_KEY } from '../../support/memory/ok-values.ts';
import { stubClient } from './stub-client.ts';

const PATH = '/workspace/acme/ada';

/** A client whose function answers this text. */
function filesAnswering(text: string | undefined, FunctionError?: string) {
  const Payload = text === undefined ? undefined : Buffer.from(text);
  const { client, sent } = stubClient<LambdaClient>({
    Invoke: () => ({ StatusCode: 200, FunctionError, Payload }),
  });
  return { files: new LambdaFiles(client, 'service-dev-purge'), sent };
}

function filesRejecting(name: string, message: string) {
  const error = Object.assign(new Error(message), { name });
  const { client } = stubClient<LambdaClient>({ Invoke: () => Promise.reject(error) });
  return new LambdaFiles(client, 'service-dev-purge');
}

test.each([
  [true, 'deleted'],
  [false, 'unfinished'],
])('calls the function with the path alone; done: %s is %s', async (done, expected) => {
  const { files, sent } = filesAnswering(JSON.stringify({ path: PATH, done, removed: 17 }));
  expect(await files.remove(OK_KEY)).toBe(expected);
  expect(sent).toHaveLength(1);
  const { Payload, ...rest } = sent[0]?.input ?? {};
  expect(rest).toEqual({ FunctionName: 'service-dev-purge', InvocationType: 'RequestResponse' });
  expect(JSON.parse(Payload.toString())).toEqual({ path: PATH });
});

test.each([
  ['InvariantError', InvariantError],
  ['BadInputError', InvariantError],
  ['InstallationError', InstallationError],
  ['RetryableError', RetryableError],
  ['Error', RetryableError],
  ['Sandbox.Timedout', RetryableError],
  ['Runtime.OutOfMemory', RetryableError],
])('what the function throws, %s, keeps its meaning and its words', async (errorType, expected) => {
  const text = JSON.stringify({ errorType, errorMessage: 'x is a mount point', trace: [] });
  const removing = filesAnswering(text, 'Unhandled').files.remove(OK_KEY);
  await expect(removing).rejects.toThrow(expected);
  await expect(removing).rejects.toThrow(
    `the function service-dev-purge failed for ${PATH}: x is a mount point`,
  );
});

test.each(['', 'no JSON', 'null', '{}'])('a failure that is told as %j is one nevertheless', async (text) => {
  const removing = filesAnswering(text, 'Unhandled').files.remove(OK_KEY);
  await expect(removing).rejects.toThrow(RetryableError);
  await expect(removing).rejects.toThrow(`failed for ${PATH}: without a message`);
});

test.each([
  undefined,
  '',
  'null',
  'true',
  '"deleted"',
  '{}',
  '{"done":true}',
  `{"path":"${PATH}","done":"true","removed":0}`,
  `{"path":"${PATH}","done":true,"removed":-1}`,
  '{"path":"/workspace/acme/bob","done":true,"removed":0}',
])('an answer that is none, %j, is not taken for the end', async (text) => {
  const removing = filesAnswering(text).files.remove(OK_KEY);
  await expect(removing).rejects.toThrow(RetryableError);
  await expect(removing).rejects.toThrow('expected {path, done, removed}');
});

test.each([
  ['ResourceNotFoundException', 'deploy it, or set TERMINATE_FILES=retain'],
  ['AccessDeniedException', 'allow this function lambda:InvokeFunction on it'],
  ['EFSMountConnectivityException', 'port 2049'],
  ['EFSMountFailureException', 'allow its role to mount the access point'],
])('%s is for an operator: %s', async (name, toDo) => {
  const removing = filesRejecting(name, 'said by Lambda').remove(OK_KEY);
  await expect(removing).rejects.toThrow(InstallationError);
  await expect(removing).rejects.toThrow(toDo);
  await expect(removing).rejects.toThrow(/service-dev-purge.*said by Lambda/);
});

test('throttling passes', async () => {
  const removing = filesRejecting('TooManyRequestsException', 'Rate Exceeded.').remove(OK_KEY);
  await expect(removing).rejects.toThrow(RetryableError);
  await expect(removing).rejects.toThrow('service-dev-purge');
});

test('any other error of the SDK is thrown on', async () => {
  const removing = filesRejecting('ServiceException', 'said by Lambda').remove(OK_KEY);
  await expect(removing).rejects.toThrow(expect.objectContaining({ name: 'ServiceException' }));
});

test('an installation that keeps files says so', async () => {
  expect(await new RetainedFiles().remove()).toBe('retained');
});
