import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { controlTableOf } from '../../aws/configured-tables.ts';
import { DynamoDBBudgets } from '../../aws/dynamodb-budgets.ts';
import { DynamoDBFleet } from '../../aws/dynamodb-fleet.ts';
import { DynamoDBPosixUids } from '../../aws/dynamodb-posix-uids.ts';
import { EcsTaskList } from '../../aws/ecs-task-list.ts';
import { EcsTasks } from '../../aws/ecs-tasks.ts';
import { EfsAccessPointList } from '../../aws/efs-access-point-list.ts';
import { EfsAccessPoints } from '../../aws/efs-access-points.ts';
import { InvariantError } from '../../core/errors.ts';
import { readControl } from '../fleet/control.ts';
import { type Connection, connect } from '../fleet/deployed-stage.ts';
import { FLEET_EXIT, type Run } from '../fleet/fleet-options.ts';
import type { Output } from '../fleet/output.ts';
import { placeOf } from '../fleet/place.ts';
import { rulesAsOf } from '../impact/rules-as-of.ts';
import { createTeller, reconciledText } from './reconcile-text.ts';
import { armingWorld } from './run-arming.ts';
import { type ReconcileFlags, type ReconcileWorld, Reconciliation } from './run-reconcile.ts';

/** `workspacectl reconcile`. */
export const reconcile: Run<ReconcileFlags> = async (flags, output, signal) => {
  const connection = await connect(flags);
  const { policy, safety } = connection.configuration;
  const control = await readControl(connection);
  const rules = {
    policy: rulesAsOf(policy, control, safety, connection.clock.now()),
    by: userInfo().username,
  };
  const tell = createTeller(flags, output);
  const run = new Reconciliation(flags, await reconcileWorld(connection, output), output, signal, tell);
  const reconciled = await run.run(rules);
  if (flags.json) output.print(JSON.stringify(reconciled));
  else for (const line of reconciledText(reconciled)) output.print(line);
  if (!reconciled.finished) {
    output.tell(`stopped; the same command goes on from ${flags.checkpoint}`);
    return FLEET_EXIT.stopped;
  }
  const left = Object.values(reconciled.counts).some(({ found, mended }) => found > mended);
  return left ? FLEET_EXIT.notAll : FLEET_EXIT.done;
};

async function reconcileWorld(connection: Connection, output: Output): Promise<ReconcileWorld> {
  const { configuration, clients, clock } = connection;
  const arming = armingWorld(connection);
  const say = (message: string, fields: object) => output.tell(`${message} ${JSON.stringify(fields)}`);
  return {
    ports: {
      workspaces: arming.workspaces,
      timers: arming.timers,
      control: controlTableOf(configuration, clients),
      budgets: new DynamoDBBudgets(clients.dynamodb, configuration.cleanupControlTable),
      safety: configuration.safety,
      tasks: new EcsTasks(clients.ecs, configuration),
      accessPoints: new EfsAccessPoints(clients.efs, configuration.fileSystemId),
      posixUids: new DynamoDBPosixUids(clients.dynamodb, configuration.workspaceUidsTable),
      files: {
        remove: () => {
          throw new InvariantError('reconcile was about to delete files, which it never does');
        },
      },
      clock: {
        now: () => clock.now(),
        wait: (seconds) => setTimeout(seconds * 1_000),
        waitUntil: async () => false,
      },
      // What was done is printed, and stands in the history.
      observer: { info: () => {}, count: () => {}, warn: say, error: say },
      uniqueOwner: randomUUID,
    },
    fleet: new DynamoDBFleet(clients.dynamodb, configuration.workspaceStatusTable),
    accessPointList: new EfsAccessPointList(clients.efs, configuration.fileSystemId),
    taskList: new EcsTaskList(clients.ecs, configuration.cluster),
    place: await placeOf(connection),
  };
}
