import { ECSClient } from '@aws-sdk/client-ecs';
import { EFSClient } from '@aws-sdk/client-efs';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { type Endpoint, startEndpoint } from '../../src/local/http/endpoint.ts';
import { createEcs, type Ecs, type EcsOptions } from '../../src/local/services/ecs.ts';
import { createEfs, type Efs, type EfsOptions } from '../../src/local/services/efs.ts';
import {
  createScheduler,
  type Scheduler,
  type SchedulerOptions,
} from '../../src/local/services/scheduler.ts';
import { InFlight } from '../../src/local/time/in-flight.ts';
import { ManualClock } from './manual-clock.ts';

export const FILE_SYSTEM = 'fs-0123456789abcdef0';
export const NOON = Date.UTC(2030, 0, 1, 12) / 1000;

export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export interface LocalServices {
  endpoint: Endpoint;
  clock: ManualClock;
  inFlight: InFlight;
  efs: Efs;
  ecs: Ecs;
  scheduler: Scheduler;
  clients: { efs: EFSClient; ecs: ECSClient; scheduler: SchedulerClient };
  close(): Promise<void>;
}

export type LocalServicesOptions = Partial<EcsOptions & EfsOptions & SchedulerOptions> & {
  dataDirectory: string;
  engineUrl?: string;
  onWritten?: () => void;
  clock?: ManualClock;
};

/** The services behind an endpoint on a free port, without an engine unless one is given. */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const inFlight = new InFlight();
  const clock = options.clock ?? new ManualClock(NOON);
  const shared = { invoke: async () => {}, deadLetter: () => {}, ...options, clock, inFlight };
  const efs = createEfs(shared);
  efs.ensureFileSystem(FILE_SYSTEM);
  const ecs = createEcs({ ...shared, efs });
  const scheduler = createScheduler(shared);
  const endpoint = await startEndpoint({
    engineUrl: 'http://127.0.0.1:9',
    ...shared,
    port: 0,
    ecs: ecs.service,
    efs: efs.service,
    scheduler: scheduler.service,
  });
  const connection = { endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const clients = {
    efs: new EFSClient(connection),
    ecs: new ECSClient(connection),
    scheduler: new SchedulerClient(connection),
  };
  const close = async () => {
    for (const client of Object.values(clients)) client.destroy();
    await endpoint.close();
    await scheduler.close();
    await ecs.close();
    efs.close();
  };
  return { endpoint, clock, inFlight, efs, ecs, scheduler, clients, close };
}
