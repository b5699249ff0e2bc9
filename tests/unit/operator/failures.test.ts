import { describeFailure, isDenied } from '../../../src/operator/failures.ts';

const named = (name: string, message: string, more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

test.each<[unknown, string | undefined, string]>([
  [
    named('Error', 'connect', { code: 'ECONNREFUSED' }),
    'http://127.0.0.1:1',
    'AWS_ENDPOINT_URL http://127.0.0.1:1 does not answer (ECONNREFUSED); is the stack there running, or the address another?',
  ],
  // Both addresses of `localhost`; an aggregate has no message of its own.
  [
    new AggregateError([named('Error', 'connect ::1', { code: 'ECONNREFUSED' })]),
    undefined,
    'AWS does not answer (ECONNREFUSED); is the stack there running, or the address another?',
  ],
  [
    named('CredentialsProviderError', 'none'),
    undefined,
    'no credentials are found (none), expected --profile',
  ],
  [named('Error', 'Region is missing'), undefined, 'the Region is not known, expected --region'],
  [named('ResourceNotFoundException', 'no table'), undefined, 'is it the right --stage and --region'],
  [named('ExpiredTokenException', 'too old'), undefined, 'AWS does not take these credentials: too old'],
  [named('AccessDeniedException', 'no'), undefined, 'these credentials may not do that: no'],
  [
    named('UnknownOperationException', 'no SQS'),
    'http://x',
    'http://x does not have what this takes: no SQS',
  ],
  [named('BadInputError', 'as it is'), undefined, 'as it is'],
  [named('ThrottlingException', 'slow down'), undefined, 'slow down (ThrottlingException)'],
  ['text', undefined, 'text'],
])('%s', (error, endpoint, expected) => {
  expect(describeFailure(error, endpoint)).toContain(expected);
});

test('who is denied, and who is not', () => {
  expect(isDenied(named('AccessDenied', 'x'))).toBe(true);
  expect(isDenied(named('ThrottlingException', 'x'))).toBe(false);
});
