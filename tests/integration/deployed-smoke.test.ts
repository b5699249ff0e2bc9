import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateClusterCommand, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { CreateFileSystemCommand } from '@aws-sdk/client-efs';
import { GetFunctionConfigurationCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { strToU8, zipSync } from 'fflate';
import { type Clients, createClients } from '../../src/aws/clients.ts';
import { defaultSubnet, letTasksStay, type Moto, motoMissing, startMoto } from '../support/moto.ts';
import { type Sls, slsOnACopy } from '../support/sls.ts';

/**
 * `sls deploy` to an endpoint that is not AWS, and the smoke test on what is deployed there. moto keeps what it is told, and
 * runs no function: so the smoke test runs them, with their deployed code.
 */
const run = promisify(execFile);
const region = 'us-east-1';
const clusterName = 'workspaces';
const baseFamily = 'workspace-base';

let moto: Moto;
let clients: Clients;
let s3: S3Client;
let sls: Sls;
let environment: Record<string, string>;

/** What is in an account before the system is deployed to it, and what moto's CloudFormation does not make (docs/endpoints.md). */
async function prepare(): Promise<Record<string, string>> {
  const { FileSystemId: fileSystemId = '' } = await clients.efs.send(
    new CreateFileSystemCommand({ CreationToken: 'homes' }),
  );
  await clients.ecs.send(new CreateClusterCommand({ clusterName }));
  await clients.ecs.send(
    new RegisterTaskDefinitionCommand({
      family: baseFamily,
      requiresCompatibilities: ['FARGATE'],
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '512',
      containerDefinitions: [
        {
          name: 'workspace',
          image: 'workspace',
          cpu: 256,
          memory: 512,
          mountPoints: [{ sourceVolume: 'home', containerPath: '/home/workspace' }],
        },
      ],
      volumes: [{ name: 'home', efsVolumeConfiguration: { fileSystemId, transitEncryption: 'ENABLED' } }],
    }),
  );
  await clients.secrets.send(
    new CreateSecretCommand({ Name: 'workspace-cleanup/tokens', SecretString: 'x'.repeat(64) }),
  );
  return {
    EFS_FILE_SYSTEM_ID: fileSystemId,
    ECS_CLUSTER_NAME: clusterName,
    ECS_TASK_DEFINITION: baseFamily,
    ECS_TASK_ROLES: 'arn:aws:iam::123456789012:role/workspace-task',
    ECS_SUBNETS: await defaultSubnet(moto.url, region),
    ECS_SECURITY_GROUPS: 'sg-0123456789abcdef0',
  };
}

function runSmoke(stage = 'local') {
  const flags = ['--import', 'tsx', 'src/smoke/main.ts', '--stage', stage, '--patience', '20'];
  return run(process.execPath, flags, { env: { PATH: process.env.PATH ?? '', ...environment } });
}

/** What was deployed as the functions' code becomes something else. */
async function replacePackages(content: Uint8Array): Promise<void> {
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const packages = Contents.filter(({ Key = '' }) => Key.endsWith('.zip'));
    for (const { Key } of packages) await s3.send(new PutObjectCommand({ Bucket, Key, Body: content }));
  }
}

async function statusTable() {
  return (await clients.dynamodb.send(new DescribeTableCommand({ TableName: 'WorkspaceStatus' }))).Table;
}

const withMoto = motoMissing ? describe.skip : describe;

withMoto(`a deployment to moto${motoMissing ? ` (${motoMissing})` : ''}`, () => {
  beforeAll(async () => {
    moto = await startMoto();
    await letTasksStay(moto.url);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    clients = createClients({ endpoint: moto.url, region, credentials });
    s3 = new S3Client({ endpoint: moto.url, region, credentials, forcePathStyle: true });
    environment = {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      SCHEDULE_GROUP: 'default',
      ARCHIVE_NOTICE_HOURS: '0',
      TERMINATE_FILES: 'retain',
      ...(await prepare()),
    };
    sls = slsOnACopy();
  }, 60_000);
  afterAll(async () => {
    sls?.remove();
    await moto?.stop();
  });

  test('is deployed', async () => {
    expect(await sls.run(['deploy', '--stage', 'local'], environment)).toContain('Service deployed to stack');
    const { Functions = [] } = await clients.lambda.send(new ListFunctionsCommand({}));
    expect(Functions.map(({ FunctionName }) => FunctionName)).toEqual(
      expect.arrayContaining([
        'workspace-cleanup-local-deadlineReached',
        'workspace-cleanup-local-provision',
      ]),
    );
  }, 120_000);

  test('goes from a row through stream and schedule to the archive', async () => {
    const { stdout: said } = await runSmoke();
    expect(said).toContain(`functions do not run at ${moto.url}`);
    expect(said).toContain('reading the stream of WorkspaceStatus for workspaceChanged');
    expect(said).toMatch(/\/idle: archived; its task is STOPPED, fsap-\w+ is gone, and the history says so/);
    expect(said).toMatch(/\/used: untouched\nstage local does what it should\n$/);
  }, 120_000);

  test('fails by its exit code: 1 where what is deployed is no good, 2 where nothing is', async () => {
    await replacePackages(zipSync({ 'readme.txt': strToU8('there was a function here') }));
    await expect(runSmoke()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^smoke: SmokeFailure: function provision, run here: .*there is no file for handler/,
      ),
    });
    await expect(runSmoke('nowhere')).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no function workspace-cleanup-nowhere-'),
    });
  }, 120_000);

  test('takes a change, and keeps its tables', async () => {
    const before = await statusTable();
    await sls.run(['deploy', '--stage', 'local'], { ...environment, UNSAVED_WORK_EXTRA_DAYS: '3' });
    const FunctionName = 'workspace-cleanup-local-deadlineReached';
    const { Environment } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(Environment?.Variables?.UNSAVED_WORK_EXTRA_DAYS).toBe('3');
    expect(await statusTable()).toEqual(before);
  }, 120_000);

  test('is removed, all but its tables', async () => {
    await sls.run(['remove', '--stage', 'local'], environment);
    expect((await clients.lambda.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    expect(await statusTable()).toMatchObject({ DeletionProtectionEnabled: true });
  }, 120_000);
});
