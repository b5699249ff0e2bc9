import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { slsOnACopy } from './sls.ts';

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

/** What `sls package` makes. */
export interface Packaged {
  resources: Record<string, Resource>;
  /** The template as it is. */
  path: string;
  output: string;
  remove(): void;
}

/** Everything that a deployment can have; no account behind it. */
export const EVERYTHING = {
  EFS_FILE_SYSTEM_ID: 'fs-0123456789abcdef0',
  ECS_CLUSTER_NAME: 'workspaces',
  ECS_TASK_DEFINITION: 'workspace-base',
  ECS_TASK_ROLES:
    'arn:aws:iam::123456789012:role/workspace-task,arn:aws:iam::123456789012:role/workspace-execution',
  ECS_SUBNETS: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  ECS_SECURITY_GROUPS: 'sg-0123456789abcdef0',
  STRIPE_WEBHOOK_SECRET: '{{resolve:secretsmanager:workspace-cleanup/stripe}}',
  STRIPE_PRICE_TIERS: '{"price_1":"pro"}',
  BILLING_WEBHOOK_SECRET: '{{resolve:secretsmanager:workspace-cleanup/billing}}',
  ALARM_EMAIL: 'on-call@example.com',
};

/** Runs `sls package` on a copy, without credentials. Rejects, with what it has written, if it fails. */
export async function packageStage(
  stage: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Packaged> {
  const sls = slsOnACopy();
  try {
    const output = await sls.run(['package', '--stage', stage], environment);
    const path = join(sls.folder, '.serverless', 'cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(readFileSync(path, 'utf8')) as { Resources: Packaged['resources'] };
    return { resources: Resources, path, output, remove: sls.remove };
  } catch (error) {
    sls.remove();
    throw error;
  }
}
