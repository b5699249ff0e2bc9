import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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

/**
 * Runs `sls package` in a clean environment: no credentials, no home, and of the variables of this process the path alone.
 * Throws the output if it fails.
 */
export async function packageStage(
  stage: string,
  environment: Readonly<Record<string, string>> = {},
  parameters: readonly string[] = [],
): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'packaged-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const args = ['package', '--stage', stage, '--package', join(folder, 'package')];
  try {
    const { stdout, stderr } = await run(
      'npx',
      [...args, ...parameters.flatMap((text) => ['--param', text])],
      {
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          // Two that package at the same time would mix their bundles.
          ESBUILD_WORK_FOLDER: relative(process.cwd(), join(folder, 'work')),
          ...environment,
        } as unknown as NodeJS.ProcessEnv,
      },
    );
    const path = join(folder, 'package', 'cloudformation-template-update-stack.json');
    const { Resources } = JSON.parse(readFileSync(path, 'utf8')) as { Resources: Packaged['resources'] };
    return { resources: Resources, path, output: stdout + stderr, remove };
  } catch (error) {
    remove();
    const {
      stdout = '',
      stderr = '',
      message,
    } = error as { stdout?: string; stderr?: string; message: string };
    throw new Error(stdout + stderr || message);
  }
}
