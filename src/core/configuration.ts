import type * as z from 'zod';
import {
  type ConfigurationParts,
  PARTS,
  type PartName,
  type Values,
  type Variable,
} from './configuration-parts.ts';
import type { Safety } from './control.ts';
import { quote } from './describe-problems.ts';
import { BadInputError } from './errors.ts';
import type { Policy } from './policy.ts';
import type { PriceTiers } from './stripe-subscription.ts';
import { VARIABLES } from './variables.ts';

/** Variables by name, e.g. `process.env`. An empty one counts as one that is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything that differs between installations, checked. */
export interface Configuration {
  policy: Policy;
  workspaceStatusTable: string;
  clientAccountsTable: string;
  workspaceUidsTable: string;
  workspaceHistoryTable: string;
  cleanupControlTable: string;
  /** How long entries of the history are kept. */
  historyDays: number;
  /** The bus that events are put on. */
  eventBus: string;
  safety: Safety;
  /** Where all of this is, e.g. `eu-central-1`. */
  region: string;
  fileSystemId: string;
  cluster: string;
  /** Family or ARN; undefined where this installation starts no containers. */
  baseTaskDefinition: string | undefined;
  subnets: string[];
  securityGroups: string[];
  priceTiers: PriceTiers;
  /** Undefined where this provider is not used: its webhook answers 404. */
  stripeWebhookSecret: string | undefined;
  billingWebhookSecret: string | undefined;
  /** What signs the tokens of workspaces, and how long they live. */
  tokens: { secretId: string; lifeSeconds: number };
  /** Of the HTTP API, as containers are told; undefined where it is not known. */
  apiUrl: string | undefined;
  schedules: { group: string; roleArn: string; deadLetterArn: string | undefined; targetArn: string };
  /** The function that deletes the files of terminated workspaces; undefined where they are retained. */
  purgeFunctionName: string | undefined;
}

/** What an operator's tools need: the rules, what may be done, and the tables. */
const OPERATOR_PARTS = [
  'policy',
  'safety',
  'workspaceStatusTable',
  'clientAccountsTable',
  'workspaceHistoryTable',
  'cleanupControlTable',
  'historyDays',
] as const satisfies readonly PartName[];

/**
 * One variable, checked.
 * Throws BadInputError for a bad value: the variable's name, the value, what it takes.
 */
function readVariable<Name extends Variable>(name: Name, environment: Environment): Values[Name] {
  const variable: { schema: () => z.ZodType; takes: string; default?: string; secret?: boolean } =
    VARIABLES[name];
  const given = environment[name];
  const result = variable.schema().safeParse(given === undefined || given === '' ? variable.default : given);
  if (result.success) return result.data as Values[Name];
  const shown = variable.secret ? 'not valid (its value is a secret)' : quote(given);
  throw new BadInputError(`environment variable ${name} is ${shown}, expected ${variable.takes}`);
}

function readPart<Name extends PartName>(name: Name, environment: Environment): ConfigurationParts[Name] {
  const { variables, read } = PARTS[name];
  const values = variables.map((variable) => [variable, readVariable(variable, environment)]);
  return read(Object.fromEntries(values) as Values);
}

/**
 * These parts of the configuration, and nothing else: no other variable has to be there.
 * Throws BadInputError for the first bad value: the variable's name, the value, what it takes.
 */
export function readParts<Name extends PartName>(
  names: readonly Name[],
  environment: Environment,
): Pick<ConfigurationParts, Name> {
  const parts = names.map((name) => [name, readPart(name, environment)]);
  return Object.fromEntries(parts) as Pick<ConfigurationParts, Name>;
}

/** The variables that these parts are made of, in alphabetical order. */
export function variablesOf(names: readonly PartName[]): Variable[] {
  return [...new Set(names.flatMap((name) => PARTS[name].variables))].sort();
}

/** What is wrong with those of our variables that are set, e.g. of a function that needs a part of them only. */
export function problemsOfVariables(environment: Record<string, string | undefined>): string[] {
  return (Object.keys(VARIABLES) as Variable[]).flatMap((name) => {
    if (!environment[name]) return [];
    try {
      readVariable(name, environment);
      return [];
    } catch (error) {
      return [(error as BadInputError).message];
    }
  });
}

/** Everything but where `purge` has its files. Throws BadInputError as `readParts`. */
export function readConfiguration(environment: Environment): Configuration {
  const { filesRoot: _, ...parts } = PARTS;
  return readParts(Object.keys(parts) as (keyof Configuration)[], environment);
}

/** The policy alone: all that a dry look at the rules needs. Throws BadInputError naming the variable. */
export function readPolicy(environment: Environment): Policy {
  return readPart('policy', environment);
}

/** What an operator's tools need. Throws BadInputError naming the variable. */
export function readOperatorConfiguration(
  environment: Environment,
): Pick<Configuration, (typeof OPERATOR_PARTS)[number]> {
  return readParts(OPERATOR_PARTS, environment);
}
