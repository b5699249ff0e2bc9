import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type LambdaClient, paginateListEventSourceMappings } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { BadInputError } from '../core/errors.ts';
import { readFilterPattern, type StreamMapping } from '../local/template/functions.ts';
import type { DeployedFunctions } from './deployed-functions.ts';
import { type DeployedTemplate, referredBy } from './deployed-template.ts';

/** An event source mapping of the stage. */
export interface DeployedMapping {
  streamArn: string;
  /** With the function's short name. */
  mapping: StreamMapping;
}

/** As both Lambda's API and CloudFormation name the settings, with Lambda's defaults. */
const settingsSchema = z.object({
  BatchSize: z.number().default(100),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  ParallelizationFactor: z.number().default(1),
  BisectBatchOnFunctionError: z.boolean().default(false),
  MaximumRetryAttempts: z.number().default(-1),
  MaximumRecordAgeInSeconds: z.number().default(-1),
  FunctionResponseTypes: z.array(z.string()).default([]),
  FilterCriteria: z.object({ Filters: z.array(z.object({ Pattern: z.unknown() })).default([]) }).optional(),
});

/**
 * A mapping's settings as the poller of the local stack takes them. Throws BadInputError if they are not understood.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */
export function toStreamMapping(settings: unknown, functionName: string, streamArn: string): StreamMapping {
  const parsed = settingsSchema.safeParse(settings);
  if (!parsed.success) {
    throw new BadInputError(
      `the event source mapping of ${functionName} is not understood: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { data } = parsed;
  const filters = data.FilterCriteria?.Filters.map(({ Pattern }) => Pattern) ?? [];
  return {
    functionName,
    tableName: /:table\/([^/]+)\//.exec(streamArn)?.[1] ?? streamArn,
    batchSize: data.BatchSize,
    batchWindowSeconds: data.MaximumBatchingWindowInSeconds,
    parallelizationFactor: data.ParallelizationFactor,
    bisect: data.BisectBatchOnFunctionError,
    maximumRetryAttempts: data.MaximumRetryAttempts,
    maximumRecordAgeSeconds: data.MaximumRecordAgeInSeconds,
    reportsBatchItemFailures: data.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    ...(filters.length > 0 && {
      keyFilters: filters.map((pattern) => readFilterPattern(parsedPattern(pattern))),
    }),
  };
}

function parsedPattern(pattern: unknown): unknown {
  return typeof pattern === 'string' ? JSON.parse(pattern) : pattern;
}

/** Those that Lambda has. */
export async function listDeployedMappings(
  client: LambdaClient,
  functions: DeployedFunctions,
): Promise<DeployedMapping[]> {
  const found: DeployedMapping[] = [];
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client }, {})) {
    for (const { FunctionArn = '', EventSourceArn = '', ...settings } of EventSourceMappings) {
      const name = functions.shortName(FunctionArn);
      if (name === undefined) continue;
      found.push({ streamArn: EventSourceArn, mapping: toStreamMapping(settings, name, EventSourceArn) });
    }
  }
  return found;
}

const MAPPING = 'AWS::Lambda::EventSourceMapping';

/** Those that the template would have had made, and that were left out since the endpoint would not have run them. */
export async function listMappingsLeftOut(
  client: DynamoDBClient,
  template: DeployedTemplate,
  functions: DeployedFunctions,
): Promise<DeployedMapping[]> {
  const found: DeployedMapping[] = [];
  for (const { Type, Properties } of Object.values(template.leftOut)) {
    if (Type !== MAPPING) continue;
    const name = functions.shortName(referredBy(Properties.FunctionName, template) ?? '');
    const table = referredBy(Properties.EventSourceArn, template);
    if (name === undefined || table === undefined) {
      throw new BadInputError(
        `an event source mapping that was left out names ${JSON.stringify(Properties.FunctionName)} and ${JSON.stringify(Properties.EventSourceArn)}, expected a function and a table of the stack`,
      );
    }
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    const streamArn = Table?.LatestStreamArn;
    if (streamArn === undefined)
      throw new BadInputError(`table ${table} has no stream, expected one for ${name}`);
    found.push({ streamArn, mapping: toStreamMapping(Properties, name, streamArn) });
  }
  return found;
}
