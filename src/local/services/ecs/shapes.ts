import * as z from 'zod';
import { AwsError } from '../wire.ts';

/** ECS's error for parameters that cannot be right. */
export const invalidParameter = (message: string) => new AwsError('InvalidParameterException', 400, message);

/** ECS's error for requests that are well-formed and ask for something that cannot be. */
export const clientException = (message: string) => new AwsError('ClientException', 400, message);

export const tagsSchema = z
  .array(z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256).default('') }))
  .max(50);

export type Tags = z.output<typeof tagsSchema>;

const environmentSchema = z.array(z.strictObject({ name: z.string(), value: z.string() }));

/** Taken and shown again, without any effect in the local stack. */
const ignored = z.unknown().optional();

export const containerDefinitionSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9_-]{1,255}$/),
  image: z.string().min(1),
  essential: z.boolean().default(true),
  environment: environmentSchema.default([]),
  // 120 s is Fargate's limit.
  stopTimeout: z.number().int().min(0).max(120).optional(),
  mountPoints: z
    .array(
      z.strictObject({
        sourceVolume: z.string().optional(),
        containerPath: z.string().optional(),
        readOnly: z.boolean().optional(),
      }),
    )
    .default([]),
  cpu: z.number().int().min(0).default(0),
  memory: z.number().int().positive().optional(),
  memoryReservation: z.number().int().positive().optional(),
  command: ignored,
  credentialSpecs: ignored,
  dependsOn: ignored,
  disableNetworking: ignored,
  dnsSearchDomains: ignored,
  dnsServers: ignored,
  dockerLabels: ignored,
  dockerSecurityOptions: ignored,
  entryPoint: ignored,
  environmentFiles: ignored,
  extraHosts: ignored,
  firelensConfiguration: ignored,
  healthCheck: ignored,
  hostname: ignored,
  interactive: ignored,
  links: ignored,
  linuxParameters: ignored,
  logConfiguration: ignored,
  portMappings: ignored,
  privileged: ignored,
  pseudoTerminal: ignored,
  readonlyRootFilesystem: ignored,
  repositoryCredentials: ignored,
  resourceRequirements: ignored,
  restartPolicy: ignored,
  secrets: ignored,
  startTimeout: ignored,
  systemControls: ignored,
  ulimits: ignored,
  user: ignored,
  versionConsistency: ignored,
  volumesFrom: ignored,
  workingDirectory: ignored,
});

const efsVolumeSchema = z
  .strictObject({
    fileSystemId: z.string(),
    rootDirectory: z.string().default('/'),
    transitEncryption: z.enum(['ENABLED', 'DISABLED']).optional(),
    transitEncryptionPort: z.number().int().optional(),
    authorizationConfig: z
      .strictObject({ accessPointId: z.string().optional(), iam: z.enum(['ENABLED', 'DISABLED']).optional() })
      .optional(),
  })
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
  .refine(
    ({ authorizationConfig, transitEncryption }) => !authorizationConfig || transitEncryption === 'ENABLED',
    'transitEncryption must be ENABLED where there is an authorizationConfig',
  )
  .refine(
    ({ authorizationConfig, rootDirectory }) =>
      authorizationConfig?.accessPointId === undefined || rootDirectory === '/',
    'rootDirectory must be omitted or / where there is an access point',
  );

export const volumeSchema = z.strictObject({
  name: z.string().min(1),
  efsVolumeConfiguration: efsVolumeSchema.optional(),
  host: ignored,
  configuredAtLaunch: ignored,
  dockerVolumeConfiguration: ignored,
  fsxWindowsFileServerVolumeConfiguration: ignored,
  s3filesVolumeConfiguration: ignored,
});

export const launchTypeSchema = z.enum(['EC2', 'FARGATE', 'EXTERNAL', 'MANAGED_INSTANCES']);

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html */
export const runTaskSchema = z.strictObject({
  cluster: z.string().default('default'),
  taskDefinition: z.string().min(1),
  count: z.number().int().min(1).max(10).default(1),
  launchType: launchTypeSchema.optional(),
  networkConfiguration: z
    .strictObject({
      awsvpcConfiguration: z
        .strictObject({
          subnets: z.array(z.string()).min(1).max(16),
          securityGroups: z.array(z.string()).max(5).optional(),
          assignPublicIp: z.enum(['ENABLED', 'DISABLED']).optional(),
        })
        .optional(),
    })
    .optional(),
  overrides: z
    .strictObject({
      containerOverrides: z
        .array(
          z.strictObject({
            name: z.string(),
            environment: environmentSchema.optional(),
            command: ignored,
            environmentFiles: ignored,
            cpu: ignored,
            memory: ignored,
            memoryReservation: ignored,
            resourceRequirements: ignored,
          }),
        )
        .optional(),
      cpu: z.string().optional(),
      memory: z.string().optional(),
      taskRoleArn: z.string().optional(),
      executionRoleArn: z.string().optional(),
      ephemeralStorage: ignored,
      inferenceAcceleratorOverrides: ignored,
    })
    .optional(),
  startedBy: z
    .string()
    .regex(/^[A-Za-z0-9\-_/]{0,128}$/)
    .optional(),
  group: z.string().max(255).optional(),
  tags: tagsSchema.optional(),
  clientToken: z.string().max(64).optional(),
  propagateTags: z.enum(['TASK_DEFINITION', 'SERVICE', 'NONE']).optional(),
  platformVersion: z.string().optional(),
  capacityProviderStrategy: ignored,
  enableECSManagedTags: ignored,
  enableExecuteCommand: ignored,
  placementConstraints: ignored,
  placementStrategy: ignored,
  referenceId: ignored,
  volumeConfigurations: ignored,
});

export type RunTask = z.output<typeof runTaskSchema>;

/** For every list operation. */
export const listLimit = z.number().int().min(1).max(100).default(100);
export const listToken = z.string().optional();
