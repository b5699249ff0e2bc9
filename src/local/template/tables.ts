import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { isRecord } from './variables.ts';

/** A table of the template. */
export interface TemplateTable {
  /** Its name among the template's resources, e.g. `WorkspaceStatusTable`. */
  logicalId: string;
  createTableInput: CreateTableCommandInput & { TableName: string };
}

const keySchema = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);
const throughput = z.object({ ReadCapacityUnits: z.number(), WriteCapacityUnits: z.number() });
const index = z.object({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: z.object({
    ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
    NonKeyAttributes: z.array(z.string()).exactOptional(),
  }),
});

/**
 * The properties that shape data and streams. Objects drop what they do not name, so backups, encryption,
 * deletion protection and expiry, which local engines do not take, stay behind.
 */
const tableProperties = z.object({
  TableName: z.string(),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
  ProvisionedThroughput: throughput.exactOptional(),
  AttributeDefinitions: z
    .array(z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }))
    .min(1),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(index.extend({ ProvisionedThroughput: throughput.exactOptional() }))
    .exactOptional(),
  LocalSecondaryIndexes: z.array(index).exactOptional(),
  StreamSpecification: z
    .object({ StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) })
    .transform((stream) => ({ StreamEnabled: true, ...stream }))
    .exactOptional(),
});

/**
 * Makes CreateTable parameters of the template's table resources (variables already resolved). `text` turns a
 * name that may be `Fn::Sub` into text, or undefined if only a deployed stack could.
 */
export function readTables(
  resources: Readonly<Record<string, unknown>>,
  text: (value: unknown, place: string) => string | undefined,
): TemplateTable[] {
  return Object.entries(resources).map(([logicalId, resource]) => {
    const place = `resources.Resources.${logicalId}.Properties`;
    const properties = isRecord(resource) && isRecord(resource.Properties) ? resource.Properties : {};
    const TableName = text(properties.TableName, `${place}.TableName`);
    const parsed = tableProperties.safeParse({ ...properties, TableName });
    if (parsed.success) return { logicalId, createTableInput: parsed.data };
    throw new Error(
      `serverless.yml: ${place} cannot be made a local table:\n${z.prettifyError(parsed.error)}`,
    );
  });
}
