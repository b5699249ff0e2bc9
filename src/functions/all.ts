import type { ConfigurationParts } from '../core/configuration-parts.ts';
import { accountChanged } from './account-changed.ts';
import { activity } from './activity.ts';
import { billingWebhook } from './billing-webhook.ts';
import { controlChanged } from './control-changed.ts';
import { deadlineReached } from './deadline-reached.ts';
import type { World } from './definition.ts';
import { overdueCheck } from './overdue-check.ts';
import { provision } from './provision.ts';
import { publishEvents } from './publish-events.ts';
import { purge } from './purge.ts';
import { report } from './report.ts';
import { resume } from './resume.ts';
import { stripeWebhook } from './stripe-webhook.ts';
import { workspaceChanged } from './workspace-changed.ts';

/** Every function of serverless.yml, by its name there. */
export const FUNCTIONS = {
  workspaceChanged,
  deadlineReached,
  accountChanged,
  controlChanged,
  publishEvents,
  overdueCheck,
  stripeWebhook,
  billingWebhook,
  activity,
  report,
  provision,
  resume,
  purge,
};

export type FunctionName = keyof typeof FUNCTIONS;

/** The functions, taking and returning what Lambda gives and takes. */
export type Functions = { [Name in FunctionName]: ReturnType<(typeof FUNCTIONS)[Name]['create']> };

/** All of them in one process, for one machine: put together as on AWS, in a world of its own. */
export function createFunctions(configuration: ConfigurationParts, world: World): Functions {
  const created = Object.entries(FUNCTIONS).map(([name, { create }]) => [name, create(configuration, world)]);
  return Object.fromEntries(created) as Functions;
}
