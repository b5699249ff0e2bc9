/** Errors whose message says all of it. */
const OWN_WORDS = new Set([
  'Error',
  'BadInputError',
  'RetryableError',
  'InstallationError',
  'InvariantError',
]);

/** How a failure of a call to AWS, or of what stands for it, is told to a person, and what to do. One line. */
export function describeFailure(error: unknown, endpoint?: string): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, code } = unwrap(error);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'ECONNRESET') {
    const place = endpoint === undefined ? 'AWS' : `AWS_ENDPOINT_URL ${endpoint}`;
    return `${place} does not answer (${code}); is the stack there running, or the address another?`;
  }
  if (name === 'CredentialsProviderError')
    return `no credentials are found (${message}), expected --profile, AWS_PROFILE or AWS_ACCESS_KEY_ID`;
  if (message === 'Region is missing')
    return 'the Region is not known, expected --region, AWS_REGION or one in the profile, e.g. --region eu-central-1';
  if (name === 'ResourceNotFoundException')
    return `${message} (${name}); is it the right --stage and --region, and is the stage deployed?`;
  if (name === 'UnrecognizedClientException' || name === 'ExpiredTokenException')
    return `AWS does not take these credentials: ${message} (${name})`;
  if (name === 'UnknownOperationException' && endpoint !== undefined)
    return `AWS_ENDPOINT_URL ${endpoint} does not have what this takes: ${message}`;
  if (isDenied(error)) return `these credentials may not do that: ${message} (${name})`;
  return OWN_WORDS.has(name) ? message : `${message} (${name})`;
}

/** Whether AWS says that the caller has no permission. */
export function isDenied(error: unknown): boolean {
  return (
    error instanceof Error && /^(AccessDenied(Exception)?|UnauthorizedOperation|Forbidden)$/.test(error.name)
  );
}

/** Several addresses of one name were tried: the first says it all. */
function unwrap(error: Error): { name: string; message: string; code: string | undefined } {
  const inner = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const { name, message } = inner;
  return { name, message: message || name, code: (inner as NodeJS.ErrnoException).code };
}
