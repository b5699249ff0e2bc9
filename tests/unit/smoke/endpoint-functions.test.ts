import type { LambdaClient } from '@aws-sdk/client-lambda';
import { DeployedFunctions } from '../../../src/smoke/deployed-functions.ts';
import { decideInvocation, EndpointFunctions } from '../../../src/smoke/endpoint-functions.ts';
import { SmokeFailure } from '../../../src/smoke/ports.ts';
import { stubClient } from '../aws/stub-client.ts';

/** The functions of a stage, of which Lambda's Invoke answers this. */
function answering(payload: string, FunctionError?: string) {
  const Payload = { transformToString: () => payload };
  const { client, sent } = stubClient<LambdaClient>({ Invoke: () => ({ FunctionError, Payload }) });
  const functions = new EndpointFunctions(
    client,
    new DeployedFunctions(client, 'workspace-cleanup', 'local'),
  );
  return { functions, sent };
}

const FAILED = '{"errorType":"Runtime.ImportModuleError","errorMessage":"Cannot find module"}';

test.each([
  ['an answer', undefined, '{"statusCode":201}', { kind: 'answered', answer: { statusCode: 201 } }],
  ['no answer', undefined, '', { kind: 'answered', answer: null }],
  [
    'an error of the function',
    'Unhandled',
    FAILED,
    { kind: 'failed', error: 'Runtime.ImportModuleError: Cannot find module' },
  ],
  [
    "an emulator's error",
    'Handled',
    'error running docker: no such file   \n',
    { kind: 'not-run', reason: 'Invoke answers error running docker: no such file' },
  ],
  [
    "an emulator's error in JSON",
    'Unhandled',
    '{"message":"Docker not available"}',
    { kind: 'not-run', reason: 'Invoke answers Unhandled and {"message":"Docker not available"}' },
  ],
])('%s', (_, functionError, payload, expected) => {
  expect(decideInvocation(functionError, payload)).toEqual(expected);
});

test('functions run where one answers what only it can know', async () => {
  const { functions, sent } = answering('"gone"');
  expect(await functions.doRun()).toMatchObject({ run: true });
  // A question about nobody, to the function that decides from the row alone: it changes nothing.
  expect(sent[0]?.input.FunctionName).toBe('workspace-cleanup-local-deadlineReached');
  expect(JSON.parse(String(sent[0]?.input.Payload))).toEqual({ clientId: 'smoke-nobody', userId: 'nobody' });
});

test.each([
  ['echoes the event', '{"clientId":"smoke-nobody","userId":"nobody"}', undefined],
  ['says that all is well', 'Simple Lambda happy path OK', undefined],
  ['has nothing to say', '', undefined],
  ['cannot run it', 'error running docker', 'Handled'],
])('functions do not run where the endpoint %s', async (_, payload, functionError) => {
  expect(await answering(payload, functionError).functions.doRun()).toMatchObject({ run: false });
});

test('a function that runs and fails is a failure of the stage: nobody plays it better than it is', async () => {
  const { functions } = answering(FAILED, 'Unhandled');
  await expect(functions.doRun()).rejects.toThrow(SmokeFailure);
  await expect(functions.doRun()).rejects.toThrow(
    'runs at the endpoint and fails: Runtime.ImportModuleError',
  );
});

test('a call gives the answer, and a failure its reason', async () => {
  expect(await answering('{"a":1}').functions.call('provision', {})).toEqual({ a: 1 });
  await expect(answering(FAILED, 'Unhandled').functions.call('provision', {})).rejects.toThrow(
    'function provision: Runtime.ImportModuleError: Cannot find module',
  );
  await expect(answering('oops').functions.call('provision', {})).rejects.toThrow(
    'function provision: Invoke answers oops',
  );
});
