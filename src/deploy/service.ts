import type { Resources } from './deployment.ts';

/** A template of CloudFormation. */
export interface Template {
  Resources: Resources;
  Outputs?: Record<string, object>;
  Metadata?: Record<string, unknown>;
  [section: string]: unknown;
}

/** A statement of an IAM policy. */
export interface Statement {
  Sid?: string;
  [key: string]: unknown;
}

export interface ServiceFunction {
  handler: string;
  events?: Record<string, unknown>[];
  environment?: Record<string, unknown>;
  [key: string]: unknown;
}

/** serverless.yml once its variables are resolved, as far as this folder looks into it. */
export interface Service {
  service: string;
  provider: {
    environment: Record<string, unknown>;
    /** There once the framework has compiled it. */
    compiledCloudFormationTemplate?: Template;
  };
  custom: { endpoint: string };
  functions: Record<string, ServiceFunction>;
  resources: { Resources: Resources; extensions?: Record<string, unknown> };
}

/** What of the framework this folder uses: https://www.serverless.com/framework/docs/guides/plugins/creating-plugins */
export interface Framework {
  service: Service;
  /** The file before stages and command line have their say, with its variables resolved. */
  configurationInput: { params?: Record<string, Record<string, unknown>> };
  processedInput: { commands: readonly string[]; options: { param?: readonly string[] } };
  getProvider(name: 'aws'): { getStage(): string };
}
