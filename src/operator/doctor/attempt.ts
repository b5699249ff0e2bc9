import { describeFailure, isDenied } from '../failures.ts';
import type { Finding, Judgement } from './finding.ts';

/** What is looked at, and for whom the answer is. */
export interface Subject {
  check: string;
  subject: string;
  /** The calls of AWS that it takes, e.g. `dynamodb:DescribeTable`: what to allow where they are denied. */
  needs: string;
}

/**
 * Looks, judges, and takes a failure for what it is: an answer that is not known, which is never good. At an endpoint that is
 * not AWS, a service that is not there is told apart from that.
 */
export async function attempt(
  { check, subject, needs }: Subject,
  endpoint: string | undefined,
  look: () => Promise<Judgement>,
): Promise<Finding> {
  try {
    return { check, subject, ...(await look()) };
  } catch (error) {
    return { check, subject, ...judgeFailure(error, needs, endpoint) };
  }
}

/** What a failed look says. */
export function judgeFailure(error: unknown, needs: string, endpoint: string | undefined): Judgement {
  // Our own words for a failure have the service's behind them.
  const said = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (endpoint !== undefined && isAbsentService(said))
    return { result: 'not here', seen: `${endpoint} does not have it` };
  const seen = `could not be read: ${describeFailure(error, endpoint)}`;
  const todo = isDenied(said)
    ? `allow it to whoever runs this: ${needs}`
    : `run it again; if it stays, see whether ${needs} works at all`;
  return { result: 'unread', seen, todo };
}

/** How emulators say that they do not know a service or an operation. */
function isAbsentService(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  const isUnknown = /^(UnknownOperation(Exception)?|NotImplemented|InternalFailure|InvalidAction)$/;
  // One that takes the request for another service's answers what the SDK cannot read, e.g. a page of HTML.
  const isUnreadable =
    error.name === 'SyntaxError' || /Deserialization error|Unexpected token/.test(error.message);
  const status = $metadata?.httpStatusCode;
  return isUnknown.test(error.name) || isUnreadable || status === 501 || status === 405;
}
