import type { FunctionName } from '../functions/all.ts';
import type { Parameters } from './parameters.ts';

/** A part of the stack that is there only where it is configured. */
interface OptionalPart {
  /** In the words of a line that is shown while packaging. */
  what: string;
  /** Why it is left out; undefined where it is configured. */
  leftOutAs(parameters: Parameters): string | undefined;
  functions?: readonly FunctionName[];
  /** Logical ids; those of the functions' roles go with the functions. */
  resources?: readonly string[];
  /** How the `Sid` of the statements begins that only this part needs. */
  statements?: string;
}

const unless = (isThere: boolean, reason: string) => (isThere ? undefined : reason);

/** Each with why it may be missing; what it consists of is taken out with it. */
export const OPTIONAL_PARTS = {
  stripe: {
    what: 'the webhook of Stripe',
    leftOutAs: ({ stripeWebhookSecret }) =>
      unless(stripeWebhookSecret !== '', 'stripeWebhookSecret is not set'),
    functions: ['stripeWebhook'],
  },
  billing: {
    what: 'the webhook for Standard Webhooks',
    leftOutAs: ({ billingWebhookSecret }) =>
      unless(billingWebhookSecret !== '', 'billingWebhookSecret is not set'),
    functions: ['billingWebhook'],
  },
  containers: {
    what: 'the start of containers',
    leftOutAs: ({ baseTaskDefinition }) => unless(baseTaskDefinition !== '', 'baseTaskDefinition is not set'),
    statements: 'Start',
  },
  purge: {
    what: 'the deletion of files: those of terminated workspaces are retained',
    leftOutAs: (parameters) =>
      unless(
        terminateFiles(parameters) === 'delete',
        parameters.subnets === '' ? 'subnets is not set' : 'terminateFiles is retain',
      ),
    functions: ['purge'],
    resources: ['PurgeAccessPoint'],
    statements: 'DeleteFiles',
  },
  tracing: {
    what: 'tracing',
    leftOutAs: ({ tracing }) => unless(tracing === 'Active', 'tracing is PassThrough'),
    statements: 'Trace',
  },
  alarms: {
    what: 'alarms and dashboard',
    leftOutAs: ({ alarms }) => unless(alarms === 'on', 'alarms is off'),
  },
} satisfies Record<string, OptionalPart>;

export type PartOfStack = keyof typeof OPTIONAL_PARTS;

/** What is not deployed, and why. */
export interface LeftOut {
  parts: ReadonlySet<PartOfStack>;
  functions: ReadonlySet<string>;
  resources: ReadonlySet<string>;
  statements: readonly string[];
  /** A line each, e.g. `without the webhook of Stripe: stripeWebhookSecret is not set`. */
  lines: readonly string[];
}

/** What becomes of the files of terminated workspaces: as it says, and else as it can. */
export function terminateFiles({ terminateFiles, subnets }: Parameters): 'delete' | 'retain' {
  if (terminateFiles === 'delete' || terminateFiles === 'retain') return terminateFiles;
  return subnets === '' ? 'retain' : 'delete';
}

/** Decides what is left out of the stack. */
export function decideLeftOut(parameters: Parameters): LeftOut {
  const all = Object.entries(OPTIONAL_PARTS) as [PartOfStack, OptionalPart][];
  const left = all.flatMap(([name, part]) => {
    const reason = part.leftOutAs(parameters);
    return reason === undefined ? [] : [{ name, part, reason }];
  });
  const functions = left.flatMap(({ part }) => part.functions ?? []);
  return {
    parts: new Set(left.map(({ name }) => name)),
    functions: new Set(functions),
    resources: new Set([...left.flatMap(({ part }) => part.resources ?? []), ...functions.map(roleOf)]),
    statements: left.flatMap(({ part }) => part.statements ?? []),
    lines: left.map(({ part, reason }) => `without ${part.what}: ${reason}`),
  };
}

/** How the logical ids of a function's resources begin, e.g. `StripeWebhook`. */
export function logicalIdOf(functionName: string): string {
  return `${functionName[0]?.toUpperCase()}${functionName.slice(1)}`;
}

/** The logical id of a function's role, e.g. `PurgeRole`. */
function roleOf(functionName: string): string {
  return `${logicalIdOf(functionName)}Role`;
}
