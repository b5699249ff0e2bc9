import {
  CreateClusterCommand,
  DescribeTaskDefinitionCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { ConflictException, CreateScheduleGroupCommand } from '@aws-sdk/client-scheduler';
import * as z from 'zod';
import type { Clients } from '../aws/clients.ts';
import type { Configuration } from '../core/configuration.ts';
import { quote } from '../core/describe-problems.ts';
import { BadInputError } from '../core/errors.ts';
import type { Cloud } from './cloud.ts';
import { LOCAL_ACCOUNT_ID } from './services/arn.ts';
import type { Template } from './template/template.ts';

/** The task definition that local containers are made from. */
const BASE_FAMILY = 'workspace-base';

/** Secrets of the local webhooks. They protect nothing: whoever can use them is on this machine already. */
const LOCAL_STRIPE_SECRET = 'whsec_local_stripe_secret';
const LOCAL_BILLING_SECRET = 'whsec_bG9jYWwtYmlsbGluZy1zZWNyZXQ=';

/**
 * The environment of the functions on this machine: what serverless.yml gives them, which holds what the user has set,
 * and where that is empty or known only to a deployed stack, what stands for it here.
 */
export function localEnvironment(template: Template): Record<string, string | undefined> {
  const fromTemplate = Object.fromEntries(
    Object.entries(template.environment).filter(([, value]) => value !== ''),
  );
  return {
    ECS_TASK_DEFINITION: BASE_FAMILY,
    ECS_SUBNETS: 'subnet-00000000000000000',
    ECS_SECURITY_GROUPS: 'sg-00000000000000000',
    STRIPE_WEBHOOK_SECRET: LOCAL_STRIPE_SECRET,
    BILLING_WEBHOOK_SECRET: LOCAL_BILLING_SECRET,
    SCHEDULE_ROLE_ARN: `arn:aws:iam::${LOCAL_ACCOUNT_ID}:role/workspace-cleanup-schedules`,
    // Lambda sets it by itself.
    AWS_REGION: template.region,
    ...fromTemplate,
  };
}

/** The same as Lambda would say that it was deployed: without what Lambda sets by itself. */
export function deployedEnvironment(template: Template): Record<string, string> {
  const all = Object.entries(localEnvironment(template));
  return Object.fromEntries(
    all.flatMap(([name, value]) => (value === undefined || name === 'AWS_REGION' ? [] : [[name, value]])),
  );
}

/** `DYNAMODB_ENDPOINT`, or undefined where the stack is to start its own engine. Throws BadInputError if it is no address. */
export function engineEndpoint({
  DYNAMODB_ENDPOINT: given,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (!given) return undefined;
  if (z.url({ protocol: /^https?$/ }).safeParse(given).success) return given;
  throw new BadInputError(
    `environment variable DYNAMODB_ENDPOINT is ${quote(given)}, expected an address, e.g. http://127.0.0.1:8000`,
  );
}

/** What exists in an AWS account before the system is deployed to it: cluster, file system, base task definition. */
export async function prepareResources(
  { ecs, scheduler }: Clients,
  { efs, secrets }: Pick<Cloud, 'efs' | 'secrets'>,
  configuration: Configuration,
): Promise<void> {
  const { fileSystemId, cluster, schedules, baseTaskDefinition = BASE_FAMILY } = configuration;
  secrets.ensure(configuration.tokens.secretId);
  efs.ensureFileSystem(fileSystemId);
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  await scheduler.send(new CreateScheduleGroupCommand({ Name: schedules.group })).catch((error) => {
    if (!(error instanceof ConflictException)) throw error;
  });
  const known = await ecs
    .send(new DescribeTaskDefinitionCommand({ taskDefinition: baseTaskDefinition }))
    .catch(() => undefined);
  if (known) return;
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: baseTaskDefinition,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: 'workspace',
          image: 'sample-workspace',
          stopTimeout: 5,
          mountPoints: [{ sourceVolume: 'home', containerPath: '/home/workspace' }],
        },
      ],
      volumes: [{ name: 'home', efsVolumeConfiguration: { fileSystemId, transitEncryption: 'ENABLED' } }],
    }),
  );
}
