import {
  GetScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { createClients } from '../../aws/clients.ts';
import { controlTableOf } from '../../aws/configured-tables.ts';
import { DynamoDBAccounts } from '../../aws/dynamodb-accounts.ts';
import { EcsTasks } from '../../aws/ecs-tasks.ts';
import { EfsAccessPoints } from '../../aws/efs-access-points.ts';
import { scheduleName } from '../../aws/scheduler-timers.ts';
import {
  type Configuration,
  readConfiguration,
  readOperatorConfiguration,
} from '../../core/configuration.ts';
import { parseControl } from '../../core/control.ts';
import { BadInputError } from '../../core/errors.ts';
import type { WorkspaceKey } from '../../core/workspace-key.ts';
import { operatorClock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { Context } from './context.ts';
import { DynamoDBFleet } from './dynamodb-fleet.ts';
import type { FleetReader } from './fleet-reader.ts';
import type { ShowPorts } from './show.ts';

/** Everything that looking at a fleet takes. Nothing of it writes. */
export interface FleetPorts {
  reader: FleetReader;
  /** What workspaces are judged by, as of now. */
  context(): Promise<Context>;
  show: ShowPorts;
}

/** The fleet of an installation. Throws BadInputError where its configuration is not valid. */
export function createFleetPorts({ environment, options, endpoint }: Connection): FleetPorts {
  const operator = readOperatorConfiguration(environment);
  const { policy, safety, ...tables } = operator;
  const clients = createClients(options);
  const control = controlTableOf(operator, clients);
  const accounts = new DynamoDBAccounts(clients.dynamodb, tables.clientAccountsTable);
  const configuration = configurationOf(environment);
  return {
    reader: new DynamoDBFleet(clients.dynamodb, tables.workspaceStatusTable),
    context: async () => {
      const parsed = parseControl(await control.read());
      const clock = await operatorClock(endpoint);
      const known = parsed.kind === 'valid' ? parsed.control : undefined;
      return {
        now: clock.now(),
        policy: { ...policy, ...(known && { former: known.former }) },
        control: parsed,
        // What the functions go by, as soon as one of them has run; until then what they would be given from here.
        safety: known?.installation ?? safety,
      };
    },
    show: {
      readAccount: (clientId) => accounts.read(clientId),
      tasks: configuration && new EcsTasks(clients.ecs, configuration),
      accessPoints: configuration && new EfsAccessPoints(clients.efs, configuration.fileSystemId),
      schedule: configuration && ((key, at) => lookAtSchedule(clients.scheduler, configuration, key, at)),
    },
  };
}

/** All of it, where the environment has it: with a stage it does. */
function configurationOf(environment: Connection['environment']): Configuration | undefined {
  try {
    return readConfiguration(environment);
  } catch (error) {
    if (error instanceof BadInputError) return undefined;
    throw error;
  }
}

async function lookAtSchedule(
  client: SchedulerClient,
  { schedules }: Configuration,
  key: WorkspaceKey,
  at: number,
): Promise<{ name: string; isThere: boolean }> {
  const name = scheduleName(key, at);
  try {
    await client.send(new GetScheduleCommand({ GroupName: schedules.group, Name: name }));
    return { name, isThere: true };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return { name, isThere: false };
    throw error;
  }
}
