import { ClientException, ECSServiceException } from '@aws-sdk/client-ecs';
import { TooManyRequests } from '@aws-sdk/client-efs';
import { explainThrottling, isThrottling, isTooManyRevisions } from '../../../src/aws/service-errors.ts';
import { RetryableError } from '../../../src/core/errors.ts';

const ecsError = (name: string, more: object = {}) =>
  Object.assign(new ECSServiceException({ name, $fault: 'client', $metadata: {} }), more);
const refused = (message: string) => new ClientException({ message, $metadata: { httpStatusCode: 400 } });
const tooManyRevisions = refused(
  'Too many concurrent attempts to create a new revision of the specified family.',
);

test.each<[string, unknown]>([
  ['the name that ECS uses', ecsError('ThrottlingException')],
  ['the name that EC2 uses', ecsError('RequestLimitExceeded')],
  ['what the SDK says of it', ecsError('Odd', { $retryable: { throttling: true } })],
  ['its status', ecsError('Odd', { $metadata: { httpStatusCode: 429 } })],
  ['EFS', new TooManyRequests({ ErrorCode: 'TooManyRequests', message: '', $metadata: {} })],
  ['revisions of one family at the same time', tooManyRevisions],
])('throttling by %s is told as such, and can be tried again', (_, error) => {
  expect(isThrottling(error)).toBe(true);
  const explained = explainThrottling(error, 'ECS throttles RunTask for acme/ada');
  expect(explained).toBeInstanceOf(RetryableError);
  expect(explained).toMatchObject({
    message: 'ECS throttles RunTask for acme/ada, try again in some seconds',
    cause: error,
  });
});

test.each<[string, unknown]>([
  ['the caller’s fault', refused('TaskDefinition not found.')],
  ['a quota that is used up', ecsError('LimitExceededException')],
  ['a failure of the service', ecsError('ServerException', { $metadata: { httpStatusCode: 500 } })],
  ['what the SDK retries for another reason', ecsError('Odd', { $retryable: {} })],
  ['no error at all', 'ThrottlingException'],
  ['nothing', undefined],
])('%s stays what it is', (_, error) => {
  expect(isThrottling(error)).toBe(false);
  expect(explainThrottling(error, 'ECS throttles RunTask for acme/ada')).toBe(error);
});

test('only revisions of one family at the same time are what the SDK does not retry', () => {
  expect(isTooManyRevisions(tooManyRevisions)).toBe(true);
  expect(isTooManyRevisions(ecsError('ThrottlingException'))).toBe(false);
});
