import { type LeftOut, logicalIdOf } from './parts.ts';
import type { Resource, Service, Statement } from './service.ts';

const STREAM_DEAD_LETTERS = { 'Fn::GetAtt': ['StreamDeadLetters', 'Arn'] };

/** Takes out of the service what is not deployed: functions, their roles and resources, and what they alone were allowed. */
export function takeOut(service: Service, leftOut: LeftOut): void {
  const { Resources, extensions = {} } = service.resources;
  if (leftOut.parts.has('failedRecords')) keepNumbersInstead(service);
  for (const name of leftOut.functions) {
    delete service.functions[name];
    for (const id of Object.keys(extensions)) if (id.startsWith(logicalIdOf(name))) delete extensions[id];
  }
  for (const id of leftOut.resources) delete Resources[id];
  for (const statements of policiesOf(Resources)) {
    const kept = statements.filter(
      ({ Sid = '' }) => !leftOut.statements.some((begin) => Sid.startsWith(begin)),
    );
    statements.splice(0, statements.length, ...kept);
  }
  if (leftOut.parts.has('httpApi')) withoutHttp(service);
}

/** The statements of every inline policy of every role. */
function policiesOf(resources: Readonly<Record<string, Resource>>): Statement[][] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .flatMap(
      ({ Properties = {} }) =>
        (Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[],
    )
    .map(({ PolicyDocument }) => PolicyDocument.Statement);
}

/** Without a bucket, the queue itself is told which records failed, and not what they were. */
function keepNumbersInstead({ resources: { Resources, extensions = {} } }: Service): void {
  for (const [id, extension] of Object.entries(extensions)) {
    if (!id.includes('EventSourceMapping')) continue;
    const DestinationConfig = { OnFailure: { Destination: STREAM_DEAD_LETTERS } };
    extensions[id] = { ...(extension as object), Properties: { DestinationConfig } };
  }
  for (const statements of policiesOf(Resources)) {
    if (!statements.some(({ Sid }) => Sid === 'KeepRecords')) continue;
    statements.push({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: STREAM_DEAD_LETTERS });
  }
}

function withoutHttp({ functions, resources: { extensions }, provider }: Service): void {
  for (const settings of Object.values(functions)) {
    settings.events = (settings.events ?? []).filter((event) => !('httpApi' in event));
  }
  delete extensions?.HttpApiStage;
  provider.environment.WORKSPACE_API_URL = '';
}
