import * as z from 'zod';
import type { TemplateTable } from './tables.ts';

/** An event source mapping from a table's stream to a function, with AWS's defaults filled in. */
export interface StreamMapping {
  functionName: string;
  tableName: string;
  /** Records of one invocation, 1-10,000 (included). */
  batchSize: number;
  /** How long a batch may wait to fill, 0-300 s (included); 0 takes what is there. */
  batchWindowSeconds: number;
  /** Concurrent invocations per shard, 1-10 (included). */
  parallelizationFactor: number;
  /** Whether a batch that failed as a whole is split in two. */
  bisect: boolean;
  /** -1 for no limit. */
  maximumRetryAttempts: number;
  /** -1 for no limit. */
  maximumRecordAgeSeconds: number;
  reportsBatchItemFailures: boolean;
  /**
   * Only records whose key attributes have the values that one of these names; without it, all.
   */
  keyFilters?: readonly KeyFilter[];
}

/** By name of a key attribute, the texts that pass. */
export type KeyFilter = Readonly<Record<string, readonly string[]>>;

/** A route of the HTTP API. */
export interface TemplateRoute {
  functionName: string;
  /** In capitals; `ANY` for every method. */
  method: string;
  /** e.g. `/workspaces/{userId}`. */
  path: string;
}

/** A function that runs at a fixed rate. */
export interface TemplateRate {
  functionName: string;
  everySeconds: number;
}

/** A function's settings. */
export interface TemplateFunction {
  name: string;
  timeoutSeconds: number;
  /** Retries of an asynchronous invocation, 0-2 (included). */
  asyncRetries: number;
  /** How many of its invocations may run at the same time; undefined for any number. */
  reservedConcurrency?: number | undefined;
}

/** Everything the template says about functions and their events. */
export interface TemplateFunctions {
  functions: TemplateFunction[];
  streamMappings: StreamMapping[];
  routes: TemplateRoute[];
  rates: TemplateRate[];
}

/** The framework's default when neither function nor provider sets a timeout. */
const DEFAULT_TIMEOUT_SECONDS = 6;
const SECONDS_OF = { minute: 60, hour: 3600, day: 86_400 } as const;

const enabled = z.boolean().default(true);

/** Events have a short form; giving both the same shape first makes errors say what is wrong within it. */
const httpApi = z.preprocess(
  (event) => {
    if (typeof event !== 'string') return event;
    const [method, path] = event.trim().split(/\s+/);
    return { method, path };
  },
  z.object({
    method: z.string().toUpperCase(),
    path: z
      .string('expected "METHOD /path"')
      .regex(
        /^\/([^{}]|\{\w+\})*$/,
        'expected a path such as /workspaces/{userId}; the local API has no {proxy+}',
      ),
  }),
);

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const rate = z
  .string()
  .regex(RATE, 'expected rate(n minutes|hours|days); cron is not run locally')
  .transform((text) => {
    const [, count = '0', unit = 'day'] = RATE.exec(text) ?? [];
    return Number(count) * SECONDS_OF[unit as keyof typeof SECONDS_OF];
  });
const schedule = z.preprocess(
  (event) => (typeof event === 'string' ? { rate: event } : event),
  z.object({
    rate: z.preprocess((rates) => (Array.isArray(rates) ? rates : [rates]), z.array(rate)),
    enabled,
  }),
);

/** As Lambda takes them, as far as the local stack can tell: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html */
const keyFilter = z.strictObject({
  S: z.array(z.string('the local stack compares with texts alone')).min(1),
});
const filterPattern = z.strictObject({
  dynamodb: z.strictObject(
    { Keys: z.record(z.string(), keyFilter) },
    'the local stack filters by key attributes alone: { dynamodb: { Keys: { … } } }',
  ),
});

const stream = z.object({
  type: z.literal('dynamodb').default('dynamodb'),
  arn: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('StreamArn')]) }),
  batchSize: z.int().min(1).max(10_000).default(100),
  batchWindow: z.int().min(0).max(300).default(0),
  parallelizationFactor: z.int().min(1).max(10).default(1),
  bisectBatchOnFunctionError: z.boolean().default(false),
  maximumRetryAttempts: z.int().min(-1).max(10_000).default(-1),
  maximumRecordAgeInSeconds: z.union([z.literal(-1), z.int().min(60).max(604_800)]).default(-1),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
  filterPatterns: z.array(filterPattern).min(1).max(5).optional(),
  enabled,
});

const templateFunctions = z.record(
  z.string(),
  z.object({
    timeout: z.number().positive().optional(),
    maximumRetryAttempts: z.int().min(0).max(2).default(2),
    // A parameter from the command line is text.
    reservedConcurrency: z.coerce.number().int().min(1).optional(),
    events: z
      .array(
        z.looseObject({
          stream: stream.optional(),
          httpApi: httpApi.optional(),
          schedule: schedule.optional(),
        }),
      )
      .default([]),
  }),
);

/**
 * Reads the template's functions (variables already resolved). Events that the local stack has no part in
 * are passed over; those that it has, but not in that form, throw.
 */
export function readFunctions(
  section: unknown,
  providerTimeout: unknown,
  tables: readonly TemplateTable[],
): TemplateFunctions {
  const parsed = templateFunctions.safeParse(section);
  if (!parsed.success) {
    throw new Error(`serverless.yml: functions cannot be run locally:\n${z.prettifyError(parsed.error)}`);
  }
  const all = Object.entries(parsed.data);
  const timeoutSeconds = typeof providerTimeout === 'number' ? providerTimeout : DEFAULT_TIMEOUT_SECONDS;
  const events = all.flatMap(([functionName, { events }]) =>
    events.map((event) => ({ functionName, ...event })),
  );
  return {
    functions: all.map(([name, { timeout, maximumRetryAttempts, reservedConcurrency }]) => ({
      name,
      timeoutSeconds: timeout ?? timeoutSeconds,
      asyncRetries: maximumRetryAttempts,
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    })),
    streamMappings: events.flatMap(({ functionName, stream }) =>
      stream?.enabled ? [streamMapping(functionName, stream, tables)] : [],
    ),
    routes: events.flatMap(({ functionName, httpApi }) => (httpApi ? [route(functionName, httpApi)] : [])),
    rates: events.flatMap(({ functionName, schedule }) =>
      schedule?.enabled ? schedule.rate.map((everySeconds) => ({ functionName, everySeconds })) : [],
    ),
  };
}

function streamMapping(
  functionName: string,
  event: z.output<typeof stream>,
  tables: readonly TemplateTable[],
): StreamMapping {
  const [logicalId] = event.arn['Fn::GetAtt'];
  const table = tables.find((candidate) => candidate.logicalId === logicalId)?.createTableInput;
  if (table?.StreamSpecification === undefined) {
    throw new Error(
      `serverless.yml: functions.${functionName} reads the stream of ${logicalId}, which is not a table with a StreamSpecification`,
    );
  }
  return {
    functionName,
    tableName: table.TableName,
    batchSize: event.batchSize,
    batchWindowSeconds: event.batchWindow,
    parallelizationFactor: event.parallelizationFactor,
    bisect: event.bisectBatchOnFunctionError,
    maximumRetryAttempts: event.maximumRetryAttempts,
    maximumRecordAgeSeconds: event.maximumRecordAgeInSeconds,
    reportsBatchItemFailures: event.functionResponseType !== undefined,
    ...(event.filterPatterns && { keyFilters: event.filterPatterns.map(keyFilterOf) }),
  };
}

/** The filter of a deployed event source mapping, parsed JSON. Throws if the local stack could not tell what passes. */
export function readFilterPattern(pattern: unknown): KeyFilter {
  const parsed = filterPattern.safeParse(pattern);
  if (parsed.success) return keyFilterOf(parsed.data);
  throw new Error(
    `the filter ${JSON.stringify(pattern)} is not understood:\n${z.prettifyError(parsed.error)}`,
  );
}

function keyFilterOf({ dynamodb }: z.output<typeof filterPattern>): KeyFilter {
  return Object.fromEntries(Object.entries(dynamodb.Keys).map(([name, { S }]) => [name, S]));
}

function route(functionName: string, { method, path }: z.output<typeof httpApi>): TemplateRoute {
  return { functionName, method: method === '*' ? 'ANY' : method, path };
}
