import type * as z from 'zod';

/**
 * An error as an AWS service answers it. `code` is the exception's name, from which every SDK chooses the class
 * that it raises; `fields` are the exception's own members besides its message, e.g. `AccessPointId`.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Record<string, unknown>;

  constructor(code: string, status: number, message: string, fields: Record<string, unknown> = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.fields = fields;
  }
}

/** A request after the endpoint has read it. */
export interface ServiceRequest {
  method: string;
  /** As sent: still percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** The operation that `X-Amz-Target` names, e.g. `RunTask`; undefined for the REST services. */
  operation: string | undefined;
  body: Buffer;
}

export interface ServiceReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** A service of the local stack. Rejects with `AwsError` where AWS would answer an error. */
export type Service = (request: ServiceRequest) => Promise<ServiceReply>;

/** A reply in JSON; without a body if `value` is undefined. */
export function jsonReply(status: number, value: unknown, contentType = 'application/json'): ServiceReply {
  if (value === undefined) return { status, headers: {}, body: '' };
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(value) };
}

/**
 * An error in the union of the shapes that the JSON protocols use: botocore and the JavaScript SDK read its
 * name from `__type` or from the header, EFS has it in `ErrorCode` once more, and services differ in how they
 * spell `message`.
 */
export function errorReply({ code, status, message, fields }: AwsError): ServiceReply {
  const value = { __type: code, ErrorCode: code, message, Message: message, ...fields };
  const reply = jsonReply(status, value, 'application/x-amz-json-1.1');
  return { ...reply, headers: { ...reply.headers, 'x-amzn-errortype': code } };
}

/** The JSON object of a request's body, `{}` if it is empty. Throws SerializationException. */
export function parseBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('SerializationException', 400, `The request's body is not JSON: ${reason}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new AwsError('SerializationException', 400, "The request's body must be a JSON object.");
}

/** The sentence in which AWS lists what is wrong with a request's parameters. */
export function describeIssues({ issues }: z.ZodError): string {
  const problems = issues.map(({ path, message }) => {
    const place = path.length > 0 ? `Value at '${path.join('.')}'` : 'The request';
    return `${place} failed to satisfy constraint: ${message}`;
  });
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected`;
  return `${count}: ${problems.join('; ')}`;
}

/** The error for an operation that the local stack does not have. */
export function unknownOperation(asked: string, supported: readonly string[]): AwsError {
  return new AwsError(
    'UnknownOperationException',
    400,
    `The local stack does not know ${asked}. It supports ${supported.join(', ')}.`,
  );
}
