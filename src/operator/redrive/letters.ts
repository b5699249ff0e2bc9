import { z } from 'zod';
import { quote } from '../../core/describe-problems.ts';
import { showKey, type WorkspaceKey, workspaceKeySchema } from '../../core/workspace-key.ts';

/** Where letters lie, and so what is in them. */
export const LETTER_KINDS = ['stream', 'deadline', 'schedule'] as const;
export type LetterKind = (typeof LETTER_KINDS)[number];

/** What could not be handled, as it lies there. */
export interface Letter {
  /** The same as long as it lies there. */
  id: string;
  body: string;
  /** What came with it, by name, e.g. `ERROR_MESSAGE`. */
  attributes: Readonly<Record<string, string>>;
  /** When it was put there, epoch seconds; undefined if that is not known. */
  at: number | undefined;
}

/** What is to be done so that nothing of a letter is lost. All of it may be done twice. */
export type Errand =
  /** Look at this workspace as it is now. */
  | { kind: 'wake'; key: WorkspaceKey }
  /** Give this function, by its short name, the event that it failed on. */
  | { kind: 'invoke'; functionName: string; event: unknown; about: string };

export type ReadLetter =
  | { kind: 'understood'; errands: Errand[]; why: string | undefined }
  /** It names records that only the stream still has. */
  | { kind: 'records'; functionName: string; batch: StreamBatch; why: string | undefined }
  | { kind: 'not-understood'; problem: string };

/** Which records of a stream could not be handled: from the first number to the last, both included. */
const batchSchema = z.looseObject({
  shardId: z.string(),
  startSequenceNumber: z.string().regex(/^\d+$/),
  endSequenceNumber: z.string().regex(/^\d+$/),
  streamArn: z.string().startsWith('arn:'),
  batchSize: z.int().min(1),
});
export type StreamBatch = z.infer<typeof batchSchema>;

const contextSchema = z.looseObject({ functionArn: z.string(), condition: z.string().optional() });
/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const asynchronousSchema = z.looseObject({
  requestContext: contextSchema,
  requestPayload: z.unknown().optional(),
});
/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html; the payload is in what S3 gets. */
const streamSchema = z.looseObject({
  requestContext: contextSchema,
  DDBStreamBatchInfo: batchSchema,
  payload: z.unknown().optional(),
});
const recordsSchema = z.object({
  Records: z
    .array(
      z.looseObject({
        eventSourceARN: z.string().optional(),
        dynamodb: z.looseObject({ Keys: z.record(z.string(), z.unknown()) }),
      }),
    )
    .min(1),
});

/** The functions that read streams, and may be given their records again. */
const STREAM_FUNCTIONS = ['workspaceChanged', 'accountChanged', 'controlChanged', 'publishEvents'];

/** Reads a letter. `stage`: whose functions are meant; what another stage's has failed on stays where it is. */
export function readLetter(kind: LetterKind, letter: Letter, stage: string): ReadLetter {
  const body = readJson(letter.body);
  if (body === undefined) return notUnderstood(`the message is not JSON: ${quote(letter.body)}`);
  switch (kind) {
    case 'schedule':
      return readSchedule(body, letter, stage);
    case 'deadline':
      return readAsynchronous(body, stage);
    case 'stream':
      return readStream(body, stage);
  }
}

/** What EventBridge Scheduler could not deliver: the input of its target, and why, in attributes. */
function readSchedule(body: unknown, { attributes }: Letter, stage: string): ReadLetter {
  const { TARGET_ARN: target, IS_PAYLOAD_TRUNCATED: isCut } = attributes;
  if (isCut === 'true') return notUnderstood('its payload was cut');
  if (target !== undefined && functionOf(target, stage) !== 'deadlineReached')
    return notUnderstood(`its target is ${quote(target)}, expected deadlineReached of stage ${stage}`);
  const why = [attributes.ERROR_CODE, attributes.ERROR_MESSAGE].filter(Boolean).join(': ') || undefined;
  return wake(body, why);
}

/** What a function that is called asynchronously has failed on, as Lambda's destination has it. */
function readAsynchronous(body: unknown, stage: string): ReadLetter {
  const parsed = asynchronousSchema.safeParse(body);
  if (!parsed.success) return notUnderstood('it is no record of an invocation, expected requestContext');
  const { requestContext, requestPayload, responsePayload } = parsed.data;
  const name = functionOf(requestContext.functionArn, stage);
  const why = errorOf(responsePayload) ?? requestContext.condition;
  if (name === 'deadlineReached') return wake(requestPayload, why);
  if (name !== 'overdueCheck') return notOurs(requestContext.functionArn, stage);
  const event = requestPayload ?? {};
  return {
    kind: 'understood',
    errands: [{ kind: 'invoke', functionName: name, event, about: 'the check for what is overdue' }],
    why,
  };
}

function readStream(body: unknown, stage: string): ReadLetter {
  const parsed = streamSchema.safeParse(body);
  if (!parsed.success)
    return notUnderstood('it is no record of a stream, expected requestContext and DDBStreamBatchInfo');
  const { requestContext, DDBStreamBatchInfo: batch, payload } = parsed.data;
  const functionName = functionOf(requestContext.functionArn, stage);
  if (functionName === undefined || !STREAM_FUNCTIONS.includes(functionName))
    return notOurs(requestContext.functionArn, stage);
  const why = requestContext.condition;
  if (payload === undefined) return { kind: 'records', functionName, batch, why };
  const event = typeof payload === 'string' ? readJson(payload) : payload;
  return errandsOf(functionName, event, why);
}

/**
 * What to do about records of a stream. A write to WorkspaceStatus is a reason to look at the workspace, as it is by now;
 * the other functions are given their records again, which they take as often as they come.
 */
export function errandsOf(functionName: string, event: unknown, why: string | undefined): ReadLetter {
  const parsed = recordsSchema.safeParse(event);
  if (!parsed.success) return notUnderstood('its payload has no records of a stream');
  const { Records } = parsed.data;
  if (functionName !== 'workspaceChanged') {
    const about = `${Records.length} records of ${functionName}`;
    return { kind: 'understood', errands: [{ kind: 'invoke', functionName, event, about }], why };
  }
  const keys = Records.map(({ dynamodb }) => keyOf(dynamodb.Keys));
  // A row with a key that is none of ours can never be handled: nothing is lost with it.
  const valid = keys.filter((key) => key !== undefined);
  if (valid.length === 0) return notUnderstood('none of its records has the key of a workspace');
  const distinct = [...new Map(valid.map((key) => [showKey(key), key])).values()];
  return { kind: 'understood', errands: distinct.map((key) => ({ kind: 'wake', key })), why };
}

function keyOf({ clientId, userId }: Record<string, unknown>): WorkspaceKey | undefined {
  const text = (value: unknown) => (value as { S?: unknown } | undefined)?.S;
  const parsed = workspaceKeySchema.safeParse({ clientId: text(clientId), userId: text(userId) });
  return parsed.success ? parsed.data : undefined;
}

function wake(payload: unknown, why: string | undefined): ReadLetter {
  const parsed = workspaceKeySchema.safeParse(payload);
  if (!parsed.success) return notUnderstood(`its payload names no workspace: ${quote(payload)}`);
  return { kind: 'understood', errands: [{ kind: 'wake', key: parsed.data }], why };
}

/** The short name of a function of the stage, by its ARN, with or without a version. */
function functionOf(arn: string, stage: string): string | undefined {
  const [, name] = /:function:workspace-cleanup-([A-Za-z0-9-]+-[A-Za-z]+)(?::[^:]+)?$/.exec(arn) ?? [];
  const prefix = `${stage}-`;
  return name?.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

function notOurs(arn: string, stage: string): ReadLetter {
  return notUnderstood(`it is of ${quote(arn)}, expected a function of stage ${stage} that has this queue`);
}

function notUnderstood(problem: string): ReadLetter {
  return { kind: 'not-understood', problem };
}

function errorOf(payload: unknown): string | undefined {
  const { errorMessage } = (payload ?? {}) as { errorMessage?: unknown };
  return typeof errorMessage === 'string' ? errorMessage : undefined;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
