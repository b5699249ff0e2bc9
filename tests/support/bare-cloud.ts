import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { startEndpoint } from '../../src/local/http/endpoint.ts';
import { startEngine } from '../../src/local/processes/engine.ts';
import { deployedEnvironment, localEnvironment } from '../../src/local/resources.ts';
import { createEcs } from '../../src/local/services/ecs.ts';
import { createEfs } from '../../src/local/services/efs.ts';
import { createLambda } from '../../src/local/services/lambda.ts';
import { createScheduler } from '../../src/local/services/scheduler.ts';
import type { Service } from '../../src/local/services/wire.ts';
import { ensureTables } from '../../src/local/template/ensure-tables.ts';
import { readTemplate } from '../../src/local/template/template.ts';
import { InFlight } from '../../src/local/time/in-flight.ts';
import { credentials } from './local-services.ts';
import { ManualClock } from './manual-clock.ts';

/** AWS with the tables and the configuration of the functions, and nobody who reads streams: a fleet from before them. */
export interface BareCloud {
  readonly url: string;
  /** Of the DynamoDB engine itself. */
  readonly engineUrl: string;
  readonly database: DynamoDBClient;
  readonly clock: ManualClock;
  /** Names that CreateSchedule was called with, in order, those that existed already included. */
  readonly scheduled: string[];
  close(): Promise<void>;
}

export interface BareCloudOptions {
  dataDirectory: string;
  now: number;
  /** An engine that runs already; without it one is started. */
  engineUrl?: string;
  /** In place of the local Scheduler, which keeps each schedule on disk. */
  scheduler?: Service;
}

export async function startBareCloud({
  dataDirectory,
  now,
  engineUrl,
  scheduler,
}: BareCloudOptions): Promise<BareCloud> {
  const template = readTemplate('serverless.yml', { environment: {}, stage: 'local', region: 'us-east-1' });
  const environment = localEnvironment(template);
  const engine = await startEngine({ dataDirectory, endpoint: engineUrl });
  const database = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials });
  await ensureTables(database, template.tables);
  const clock = new ManualClock(now);
  const inFlight = new InFlight();
  const efs = createEfs({ dataDirectory, clock });
  efs.ensureFileSystem(String(environment.EFS_FILE_SYSTEM_ID));
  const ecs = createEcs({ dataDirectory, clock, inFlight, efs });
  const real = createScheduler({
    dataDirectory,
    clock,
    inFlight,
    deliveries: 1,
    invoke: async () => {},
    deadLetter: async () => {},
  });
  const scheduled: string[] = [];
  const nobody = {
    resolveName: (name: string) => name,
    invokeSync: async () => {},
    invokeAsync: async () => {},
    describe: (name: string) => ({
      fullName: name,
      arn: name,
      timeoutSeconds: 1,
      environment: deployedEnvironment(template),
    }),
  };
  const endpoint = await startEndpoint({
    engineUrl: engine.endpoint,
    inFlight,
    port: 0,
    ecs: ecs.service,
    efs: efs.service,
    scheduler: (request) => {
      if (request.method === 'POST') scheduled.push(request.path.replace(/^\/schedules\//, ''));
      return (scheduler ?? real.service)(request);
    },
    lambda: createLambda(
      () => nobody,
      () => {},
    ),
    status: () => ({ now: clock.now() }),
  });
  await createGroupAndCluster(endpoint.url, environment);
  scheduled.length = 0;
  const close = async () => {
    await endpoint.close();
    database.destroy();
    await real.close();
    await ecs.close();
    efs.close();
    await engine.close();
  };
  return { url: endpoint.url, engineUrl: engine.endpoint, database, clock, scheduled, close };
}

async function createGroupAndCluster(endpoint: string, environment: Record<string, string | undefined>) {
  const connection = { endpoint, region: 'us-east-1', credentials };
  const scheduler = new SchedulerClient(connection);
  await scheduler.send(new CreateScheduleGroupCommand({ Name: environment.SCHEDULE_GROUP }));
  scheduler.destroy();
  const ecs = new ECSClient(connection);
  await ecs.send(new CreateClusterCommand({ clusterName: environment.ECS_CLUSTER_NAME }));
  ecs.destroy();
}
