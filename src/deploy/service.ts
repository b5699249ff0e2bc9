/** A resource of CloudFormation, as far as this folder looks into it. */
export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  [key: string]: unknown;
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
  provider: { stage: string; environment: Record<string, unknown>; [key: string]: unknown };
  functions: Record<string, ServiceFunction>;
  resources: { Resources: Record<string, Resource>; extensions?: Record<string, unknown> };
}

/** What of the framework this folder uses: https://www.serverless.com/framework/docs/guides/plugins/creating-plugins */
export interface Framework {
  service: Service;
  /** The file before stages and command line have their say, with its variables resolved. */
  configurationInput: { params?: Record<string, Record<string, unknown>> };
  processedInput: { commands: readonly string[]; options: { param?: readonly string[] } };
  getProvider(name: 'aws'): { getStage(): string };
}
