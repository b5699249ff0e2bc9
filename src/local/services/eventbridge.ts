import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { LocalClock } from '../time/clock.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from './arn.ts';
import { jsonService, operationsRejecting } from './operations.ts';
import { AwsError, type Service } from './wire.ts';

/** An event as rules and targets get it: https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html */
export interface BusEvent {
  version: '0';
  id: string;
  'detail-type': string;
  source: string;
  account: string;
  /** ISO 8601, whole seconds. */
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
}

/**
 * EventBridge, as far as putting events: there are no rules, whoever wants to know reads the file. No bus needs to be made:
 * EventBridge takes events for a bus that does not exist, too (Sending events with PutEvents, it drops them without an error),
 * and here each name stands for a bus that is there, as `EVENT_BUS_NAME` may be any.
 */
export interface EventBridge {
  readonly service: Service;
  /** Calls `listener` with every event from now on. */
  subscribe(listener: (event: BusEvent) => void): void;
}

export interface EventBridgeOptions {
  /** Events are lines of `events.jsonl` in it. */
  dataDirectory: string;
  clock: Pick<LocalClock, 'now'>;
}

/** An event with all that belongs to it, in bytes (PutEvents, event entry size). */
const LARGEST_EVENT_BYTES = 262_144;

const operation = operationsRejecting((message) => new AwsError('ValidationException', 400, message));

const entrySchema = z.strictObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().min(1).optional(),
  Time: z.number().optional(),
  Resources: z.array(z.string()).optional(),
  TraceHeader: z.string().optional(),
});
type Entry = z.output<typeof entrySchema>;

type Answer = { EventId: string } | { ErrorCode: string; ErrorMessage: string };

export function createEventBridge({ dataDirectory, clock }: EventBridgeOptions): EventBridge {
  const listeners: ((event: BusEvent) => void)[] = [];
  const path = join(dataDirectory, 'events.jsonl');

  const accept = async (entry: Entry): Promise<Answer> => {
    const problem = problemOf(entry);
    if (problem) return problem;
    const event = eventOf(entry, clock.now());
    // Events carry customers' data: only for the user who runs the stack.
    await appendFile(path, `${JSON.stringify(event)}\n`, { mode: 0o600 });
    for (const listener of listeners) listener(event);
    return { EventId: event.id };
  };

  return {
    service: jsonService('EventBridge', {
      PutEvents: operation(
        z.strictObject({
          Entries: z.array(entrySchema).min(1).max(10, 'Member must have length less than or equal to 10'),
          EndpointId: z.string().optional(),
        }),
        async ({ Entries }) => {
          const answers: Answer[] = [];
          for (const entry of Entries) answers.push(await accept(entry));
          return { FailedEntryCount: answers.filter((one) => 'ErrorCode' in one).length, Entries: answers };
        },
      ),
    }),
    subscribe: (listener) => void listeners.push(listener),
  };
}

/** One bad event does not keep the others from the bus: its answer says what is wrong with it. */
function problemOf(entry: Entry): Answer | undefined {
  const refuse = (ErrorCode: string, ErrorMessage: string): Answer => ({ ErrorCode, ErrorMessage });
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name])
      return refuse(
        'InvalidArgument',
        `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
      );
  if (!isObject(entry.Detail ?? '')) return refuse('MalformedDetail', 'Detail is malformed.');
  const { Source = '', DetailType = '', Detail = '', Time, Resources = [] } = entry;
  const size =
    [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
    (Time === undefined ? 0 : 14);
  if (size > LARGEST_EVENT_BYTES)
    return refuse(
      'InvalidArgument',
      `Total size of the entry is ${size} bytes, at most ${LARGEST_EVENT_BYTES} are allowed.`,
    );
  return undefined;
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function eventOf(
  { Source = '', DetailType = '', Detail = '', Time, Resources = [] }: Entry,
  now: number,
): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: LOCAL_ACCOUNT_ID,
    time: `${new Date((Time ?? now) * 1_000).toISOString().slice(0, 19)}Z`,
    region: LOCAL_REGION,
    resources: Resources,
    detail: JSON.parse(Detail),
  };
}
