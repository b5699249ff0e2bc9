import {
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  type LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import { BadInputError } from '../core/errors.ts';

/** A function as it is deployed. */
export interface DeployedFunction {
  /** As in serverless.yml, e.g. `provision`. */
  name: string;
  /** e.g. `workspace-cleanup-local-provision`. */
  fullName: string;
  /** e.g. `src/lambda/provision.handler`. */
  handler: string;
  timeoutSeconds: number;
  environment: Record<string, string>;
  /** Where Lambda says that its code can be had. */
  codeLocation: string | undefined;
}

/** Lambda's own default. */
const DEFAULT_TIMEOUT_SECONDS = 3;

/** The functions of one stage, by their short names. */
export class DeployedFunctions {
  private readonly client: LambdaClient;
  /** What their full names begin with, e.g. `workspace-cleanup-local-`. */
  readonly prefix: string;

  constructor(client: LambdaClient, service: string, stage: string) {
    this.client = client;
    this.prefix = `${service}-${stage}-`;
  }

  /** Throws BadInputError if it is not deployed. */
  async get(name: string): Promise<DeployedFunction> {
    const FunctionName = this.prefix + name;
    try {
      return describe(name, await this.client.send(new GetFunctionCommand({ FunctionName })));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      throw new BadInputError(
        `there is no function ${FunctionName}, expected the stage to be deployed: npx sls deploy --stage <stage>`,
      );
    }
  }

  /** The short name of a function that is given by its full name or ARN; undefined if it is none of this stage. */
  shortName(nameOrArn: string): string | undefined {
    const fullName = /^arn:.*:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn;
    return fullName.startsWith(this.prefix) ? fullName.slice(this.prefix.length) : undefined;
  }
}

function describe(name: string, { Configuration = {}, Code }: GetFunctionCommandOutput): DeployedFunction {
  const { FunctionName = '', Handler = '', Timeout = DEFAULT_TIMEOUT_SECONDS, Environment } = Configuration;
  return {
    name,
    fullName: FunctionName,
    handler: Handler,
    timeoutSeconds: Timeout,
    environment: { ...Environment?.Variables },
    codeLocation: Code?.Location,
  };
}
