import type { Resource } from './deployment.ts';
import { type LeftOut, logicalIdOf } from './parts.ts';
import type { Service, Statement } from './service.ts';

/** Takes out of the service what is not deployed: functions, their roles and resources, and what they alone were allowed. */
export function takeOut(service: Service, leftOut: LeftOut): void {
  const { Resources, extensions = {} } = service.resources;
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
