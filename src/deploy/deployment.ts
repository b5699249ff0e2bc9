/** A value of a CloudFormation template: text, or an intrinsic function, e.g. `{ Ref: 'ScheduleGroup' }`. */
export type TemplateValue = string | Record<string, unknown>;

/** A resource of a CloudFormation template. */
export interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
  Condition?: string;
  [attribute: string]: unknown;
}

/** Resources by their logical ids. */
export type Resources = Record<string, Resource>;

export interface DeployedFunction {
  /** As serverless.yml calls it, e.g. `workspaceChanged`. */
  name: string;
  logicalId: string;
  /** What calls it: the stream of a table, Lambda's own queue of asynchronous events, or somebody who waits for the answer. */
  calledBy: 'stream' | 'queue' | 'caller';
  /** Logical id of the table whose stream it reads, e.g. `WorkspaceStatusTable`. */
  table?: string | undefined;
  /** The template's condition without which it does not exist. */
  condition?: string | undefined;
}

export interface DeployedTable {
  logicalId: string;
  /** Names of its global secondary indexes. */
  indexes: readonly string[];
}

/** What is really deployed, as far as alarms and dashboard look at it; each thing by its logical id. */
export interface Deployment {
  /** The service's name in serverless.yml, e.g. `workspace-cleanup`. */
  service: string;
  /** e.g. `prod`. */
  stage: string;
  functions: readonly DeployedFunction[];
  tables: readonly DeployedTable[];
  /** Those whose name ends with `DeadLetters`. */
  queues: readonly string[];
  scheduleGroup: string | undefined;
  httpApi: string | undefined;
  /** Schedules that the account may have in the Region (Service Quotas, "Number of schedules"); 10,000,000 if not given. */
  scheduleQuota?: number | undefined;
}

const FUNCTION_SUFFIX = 'LambdaFunction';

/** Reads from the resources of a packaged template what there is to look at. */
export function readDeployment(
  { service, stage, scheduleQuota }: Pick<Deployment, 'service' | 'stage' | 'scheduleQuota'>,
  resources: Resources,
): Deployment {
  const ofType = (type: string) => Object.entries(resources).filter(([, { Type }]) => Type === type);
  const first = (type: string) => ofType(type)[0]?.[0];
  const streams = new Map(ofType('AWS::Lambda::EventSourceMapping').map(([, mapping]) => streamOf(mapping)));
  const queued = new Set(
    ofType('AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => refersTo(Properties?.FunctionName)),
  );
  return {
    service,
    stage,
    scheduleQuota,
    functions: ofType('AWS::Lambda::Function').map(([logicalId, { Condition }]) => ({
      name: nameOf(logicalId),
      logicalId,
      calledBy: streams.has(logicalId) ? 'stream' : queued.has(logicalId) ? 'queue' : 'caller',
      table: streams.get(logicalId),
      condition: Condition,
    })),
    tables: ofType('AWS::DynamoDB::Table').map(([logicalId, { Properties }]) => ({
      logicalId,
      indexes: ((Properties?.GlobalSecondaryIndexes ?? []) as { IndexName: string }[]).map(
        ({ IndexName }) => IndexName,
      ),
    })),
    queues: ofType('AWS::SQS::Queue')
      .map(([logicalId]) => logicalId)
      .filter((logicalId) => logicalId.endsWith('DeadLetters')),
    scheduleGroup: first('AWS::Scheduler::ScheduleGroup'),
    httpApi: first('AWS::ApiGatewayV2::Api'),
  };
}

/** `WorkspaceChangedLambdaFunction` is what the framework makes of `workspaceChanged`. */
function nameOf(logicalId: string): string {
  const name = logicalId.endsWith(FUNCTION_SUFFIX) ? logicalId.slice(0, -FUNCTION_SUFFIX.length) : logicalId;
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function streamOf({ Properties }: Resource): [string | undefined, string | undefined] {
  return [refersTo(Properties?.FunctionName), refersTo(Properties?.EventSourceArn)];
}

/** The logical id that `{ Ref }` or `{ 'Fn::GetAtt' }` names. */
function refersTo(value: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (value ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: string | string[];
  };
  if (Ref !== undefined) return Ref;
  return Array.isArray(attribute) ? attribute[0] : attribute?.split('.')[0];
}
