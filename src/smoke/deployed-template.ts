import {
  type CloudFormationClient,
  DescribeStackResourcesCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { z } from 'zod';
import { BadInputError } from '../core/errors.ts';
import { LEFT_OUT } from '../deploy/leave-out.ts';

const resourcesSchema = z.record(
  z.string(),
  z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
);
const templateSchema = z.object({
  Resources: resourcesSchema,
  Metadata: z.object({ [LEFT_OUT]: resourcesSchema.optional() }).optional(),
});
type Resources = z.infer<typeof resourcesSchema>;

/** A deployed stack's template, and what its names stand for. */
export interface DeployedTemplate {
  resources: Resources;
  /** What was left out because the endpoint lacks it (docs/endpoints.md). */
  leftOut: Resources;
  /** By logical id, e.g. the name of a table. */
  physicalIds: ReadonlyMap<string, string>;
}

/** Throws BadInputError if it is not understood; what the client throws if there is no such stack. */
export async function readDeployedTemplate(
  client: CloudFormationClient,
  stack: string,
): Promise<DeployedTemplate> {
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: stack }));
  const template = templateSchema.safeParse(parseJson(TemplateBody));
  if (!template.success) {
    throw new BadInputError(
      `the template of stack ${stack} is not understood: ${z.prettifyError(template.error)}`,
    );
  }
  const { StackResources = [] } = await client.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const { Resources, Metadata } = template.data;
  return {
    resources: Resources,
    leftOut: Metadata?.[LEFT_OUT] ?? {},
    physicalIds: new Map(
      StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '' }) => [
        LogicalResourceId,
        PhysicalResourceId,
      ]),
    ),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What `{ Ref }` or `{ 'Fn::GetAtt': [id, …] }` refers to, by its physical id; undefined for anything else. */
export function referredBy(value: unknown, { physicalIds }: DeployedTemplate): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref: ref, 'Fn::GetAtt': attribute } = value as { Ref?: unknown; 'Fn::GetAtt'?: unknown };
  const id = ref ?? (Array.isArray(attribute) ? attribute[0] : undefined);
  return typeof id === 'string' ? physicalIds.get(id) : undefined;
}
