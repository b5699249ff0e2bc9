import type { LambdaClient } from '@aws-sdk/client-lambda';
import { environmentOfFunction } from '../../../src/aws/deployed-functions.ts';
import { stubClient } from './stub-client.ts';

const NAME = 'workspace-cleanup-prod-deadlineReached';

function clientThat(answer: () => unknown): LambdaClient {
  const { client } = stubClient<LambdaClient>({ GetFunctionConfiguration: answer });
  return Object.assign(client, { config: { region: async () => 'eu-central-1' } }) as LambdaClient;
}

const failing = (name: string, message = 'no') =>
  clientThat(() => {
    throw Object.assign(new Error(message), { name });
  });

test('a function goes by its variables and its Region', async () => {
  const Environment = { Variables: { CANCELLED_GRACE_DAYS: '5' } };
  const client = clientThat(() => ({ Environment, LastUpdateStatus: 'Successful' }));
  expect(await environmentOfFunction(client, NAME)).toEqual({
    CANCELLED_GRACE_DAYS: '5',
    AWS_REGION: 'eu-central-1',
  });
});

test.each([
  [
    'in the middle of a deployment',
    clientThat(() => ({ LastUpdateStatus: 'InProgress' })),
    'RetryableError',
    `the last update of function ${NAME} is InProgress`,
  ],
  [
    'that is not there',
    failing('ResourceNotFoundException'),
    'InstallationError',
    `there is no function ${NAME} in eu-central-1, expected the deployed one: check --stage`,
  ],
  [
    'that this identity may not ask',
    failing('AccessDeniedException', 'not allowed'),
    'InstallationError',
    'let this identity call lambda:GetFunctionConfiguration',
  ],
  [
    'while Lambda throttles',
    failing('TooManyRequestsException'),
    'RetryableError',
    'Lambda throttles GetFunctionConfiguration',
  ],
])('a function %s is said to be so', async (_, client, name, message) => {
  const failed = await environmentOfFunction(client, NAME).catch((error: Error) => error);
  expect(failed).toMatchObject({ name, message: expect.stringContaining(message) });
});

test('without a Region nobody is asked', async () => {
  const client = Object.assign(
    clientThat(() => ({})),
    {
      config: { region: () => Promise.reject(new Error('Region is missing')) },
    },
  ) as unknown as LambdaClient;
  await expect(environmentOfFunction(client, NAME)).rejects.toThrow('no Region is given, expected one');
});
