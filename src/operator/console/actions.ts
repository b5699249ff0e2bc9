import { z } from 'zod';
import { describeProblems } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { reasonSchema } from '../../core/keeping.ts';
import { idSchema, type WorkspaceKey } from '../../core/workspace-key.ts';
import {
  epochSecondsSchema,
  subscriptionStatusSchema,
  subscriptionTierSchema,
} from '../../core/workspace-row.ts';
import { changeControl } from '../../handlers/change-control.ts';
import { extendWorkspace, holdWorkspace, releaseWorkspace } from '../../handlers/keep-workspace.ts';
import { requestReturn } from '../../handlers/request-loss.ts';
import type { ConsolePorts } from './console-ports.ts';
import type { LiveFleet } from './live-fleet.ts';
import type { SampleControls } from './sample-controls.ts';

/** What actions are done with. */
export interface ActionPorts {
  ports: ConsolePorts;
  fleet: LiveFleet;
  /** Who it is. */
  by: string;
  sample: SampleControls | undefined;
}

const reasonOnly = z.strictObject({ reason: reasonSchema });
const noReason = z.strictObject({ reason: reasonSchema.optional() });
const holdBody = z.strictObject({ reason: reasonSchema, until: epochSecondsSchema.optional() });
const extendBody = z.strictObject({ reason: reasonSchema, until: epochSecondsSchema });
const nothing = z.strictObject({});

/** What an operator does to one workspace, with a body in JSON. Throws BadInputError as the handlers do. */
export async function actOnWorkspace(
  action: string,
  key: WorkspaceKey,
  body: unknown,
  { ports, fleet, by, sample }: ActionPorts,
): Promise<void> {
  switch (action) {
    case 'hold':
      await holdWorkspace(key, { by, ...read(holdBody, body) }, ports);
      break;
    case 'extend':
      await extendWorkspace(key, { by, ...read(extendBody, body) }, fleet.policy(), ports);
      break;
    case 'release':
      await releaseWorkspace(key, { by, ...read(noReason, body) }, ports);
      break;
    case 'resume':
      await requestReturn(key, { by, ...read(reasonOnly, body) }, fleet.policy(), ports);
      break;
    case 'activity':
      read(nothing, body);
      await sampleOf(sample).reportActivity(key);
      break;
    default:
      throw new BadInputError(`nothing is known by the name of ${action}`, 404);
  }
  const row = (await ports.workspaces.read(key)) as Record<string, unknown> | undefined;
  fleet.applyRow(`${key.clientId}/${key.userId}`, row);
}

const speedBody = z.strictObject({ speed: z.number().min(0).max(86_400_000) });
const subscriptionBody = z.strictObject({
  clientId: idSchema,
  status: subscriptionStatusSchema,
  tier: subscriptionTierSchema,
});

/** What an operator does to the cleanup as a whole, or to the sample fleet. Throws BadInputError as the handlers do. */
export async function actOnSystem(
  action: string,
  body: unknown,
  { ports, fleet, by, sample }: ActionPorts,
): Promise<void> {
  switch (action) {
    case 'pause':
      await changeControl({ kind: 'pause', ...read(reasonOnly, body) }, by, ports);
      return fleet.readControl();
    case 'unpause':
      read(nothing, body);
      await changeControl({ kind: 'resume' }, by, ports);
      return fleet.readControl();
    case 'sample/speed':
      sampleOf(sample).setSpeed(read(speedBody, body).speed);
      return fleet.changed();
    case 'sample/step':
      read(nothing, body);
      await sampleOf(sample).step();
      return fleet.changed();
    case 'sample/subscription': {
      const { clientId, status, tier } = read(subscriptionBody, body);
      return sampleOf(sample).setSubscription(clientId, status, tier);
    }
    default:
      throw new BadInputError(`nothing is known by the name of ${action}`, 404);
  }
}

function sampleOf(sample: SampleControls | undefined): SampleControls {
  if (sample) return sample;
  throw new BadInputError('this is no sample fleet: its time and its billing are their own', 404);
}

function read<T extends z.ZodType>(schema: T, input: unknown): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new BadInputError(describeProblems(result.error, input).join('; '));
}
