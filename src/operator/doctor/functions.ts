import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { functionNameOf } from '../../aws/stage-functions.ts';
import { problemsOfVariables, readConfiguration } from '../../core/configuration.ts';
import { BadInputError } from '../../core/errors.ts';
import { VARIABLES } from '../../core/variables.ts';
import { attempt } from './attempt.ts';
import { type Finding, type Judgement, judge } from './finding.ts';

/** The functions of every stage; `purge` is one of them where files are deleted. */
export const FUNCTIONS = [
  'workspaceChanged',
  'deadlineReached',
  'accountChanged',
  'publishEvents',
  'controlChanged',
  'overdueCheck',
  'stripeWebhook',
  'billingWebhook',
  'activity',
  'report',
  'provision',
  'resume',
] as const;

/** Those that are called asynchronously: what they cannot do has to end in a queue. */
export const ASYNCHRONOUS = ['deadlineReached', 'overdueCheck'] as const;

const DEPLOY = 'deploy the stage again: sls deploy --stage <stage>';

/** What a function has that others have to fit to. */
export interface SeenFunction {
  name: string;
  /** ARN; emulators may leave it out. */
  role: string | undefined;
  variables: Readonly<Record<string, string>>;
}

/** A function: whether it is there, can be called, and has what it needs. `note` is told what it has, if it is there. */
export function lookAtFunction(
  client: LambdaClient,
  stage: string,
  name: string,
  endpoint: string | undefined,
  note: (seen: SeenFunction) => void,
): Promise<Finding> {
  const subject = functionNameOf(stage, name);
  return attempt(
    { check: 'function', subject, needs: 'lambda:GetFunctionConfiguration' },
    endpoint,
    async () => {
      try {
        const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName: subject }));
        note({ name, role: found.Role, variables: found.Environment?.Variables ?? {} });
        return judgeFunction(found, name, await client.config.region());
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        return { result: 'wrong', seen: 'there is no such function', todo: DEPLOY };
      }
    },
  );
}

/** Its state, and every variable of ours that it has; the one that does the work has to have them all. */
export function judgeFunction(found: FunctionConfiguration, name: string, region: string): Judgement {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason, Timeout, MemorySize } = found;
  const environment = { AWS_REGION: region, ...found.Environment?.Variables };
  const problems = [
    // Emulators leave out what always is so.
    State !== undefined &&
      State !== 'Active' &&
      State !== 'Inactive' &&
      `it is ${State}: ${StateReason ?? ''}`,
    LastUpdateStatus === 'Failed' && `its last update failed: ${LastUpdateStatusReason ?? ''}`,
    ...problemsOfVariables(environment),
    name === 'deadlineReached' && missingFrom(environment),
  ].filter((problem) => typeof problem === 'string');
  const seen = `${State ?? 'there'}, ${MemorySize} MB, ${Timeout} s, its variables are valid`;
  return judge([...new Set(problems)], seen, DEPLOY);
}

function missingFrom(environment: Record<string, string>): string | undefined {
  try {
    readConfiguration(environment);
    return undefined;
  } catch (error) {
    if (error instanceof BadInputError) return error.message;
    throw error;
  }
}

/** Whether all functions have the same values: a deployment that broke off leaves some with those of before. */
export function judgeAgreement(functions: readonly SeenFunction[]): Judgement {
  const problems = Object.keys(VARIABLES).flatMap((variable) => {
    const values = new Map<string, string>();
    for (const { name, variables } of functions) {
      const value = variables[variable];
      // Whoever does not need it does not have it.
      if (value) values.set(value, values.get(value) ?? name);
    }
    return values.size > 1 ? [`${variable} is another in ${[...values.values()].join(' and ')}`] : [];
  });
  return judge(problems, `${functions.length} functions have the same values`, DEPLOY);
}

/** Where the events go that the function has failed on to the end. */
export function lookAtAsynchronous(
  client: LambdaClient,
  stage: string,
  name: string,
  endpoint: string | undefined,
): Promise<Finding & { destination?: string }> {
  let destination: string | undefined;
  const subject = functionNameOf(stage, name);
  const needs = 'lambda:GetFunctionEventInvokeConfig';
  const looking = attempt({ check: 'failed events', subject, needs }, endpoint, async () => {
    try {
      const settings = await client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: subject }));
      destination = settings.DestinationConfig?.OnFailure?.Destination;
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
    return judgeDestination(destination);
  });
  return looking.then((finding) => ({ ...finding, ...(destination && { destination }) }));
}

/** What has failed to the end has to be kept somewhere. */
export function judgeDestination(destination: string | undefined): Judgement {
  if (destination) return { result: 'ok', seen: `kept in ${nameOfArn(destination)}` };
  return { result: 'wrong', seen: 'nobody keeps what it fails on to the end', todo: DEPLOY };
}

/** The last part of an ARN, e.g. of `arn:aws:sqs:eu-central-1:123456789012:letters` `letters`. */
export function nameOfArn(arn: string): string {
  return arn.split(':').slice(5).join(':') || arn;
}
