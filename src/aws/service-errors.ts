import { RetryableError } from '../core/errors.ts';

/**
 * What services of AWS call it. The SDK also counts LimitExceededException, which for ECS is a quota that is used up:
 * waiting does not help.
 */
const THROTTLING_NAMES = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
]);

/** ECS says this as a ClientException, which the SDK takes for the caller's fault and does not retry. */
const TOO_MANY_REVISIONS = 'Too many concurrent attempts to create a new revision of the specified family';

/** Whether a service refused the call for the rate of calls alone: the same call succeeds later. */
export function isThrottling(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $retryable, $metadata } = error as {
    $retryable?: { throttling?: boolean };
    $metadata?: { httpStatusCode?: number };
  };
  return (
    $retryable?.throttling === true ||
    $metadata?.httpStatusCode === 429 ||
    THROTTLING_NAMES.has(error.name) ||
    isTooManyRevisions(error)
  );
}

/** Whether ECS refused a revision because others of its family are being registered. The SDK does not retry this. */
export function isTooManyRevisions(error: unknown): boolean {
  return error instanceof Error && error.message.includes(TOO_MANY_REVISIONS);
}

/**
 * The error to throw for `error`: a RetryableError if it is throttling, itself if not. `what` says which service, which
 * call and for whom, e.g. `ECS throttles RegisterTaskDefinition for acme/ada`.
 */
export function explainThrottling(error: unknown, what: string): unknown {
  if (!isThrottling(error)) return error;
  return new RetryableError(`${what}, try again in some seconds`, { cause: error });
}

/** What a call of a service answers; rejects as `explainThrottling` says. `what` as there. */
export async function explainingThrottling<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw explainThrottling(error, what);
  }
}

/** Whether `error` says that what was asked for cannot be: by the service's judgement, never for a while only. */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error) || isThrottling(error)) return false;
  return error.name === 'ClientException' || error.name === 'InvalidParameterException';
}
