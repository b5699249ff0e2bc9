import { BadInputError } from '../core/errors.ts';
import type { Resource, Resources } from './deployment.ts';
import { dependingOn } from './needless-depends-on.ts';
import { referencesOf } from './references.ts';
import type { Statement, Template } from './service.ts';

/** Where in a template's Metadata that stands which was left out: whoever plays its part reads it there. */
export const LEFT_OUT = 'workspace-cleanup:left-out';

/** A permission to call for somebody who is not there is nothing. */
const NOTHING_WITHOUT = new Set(['AWS::Lambda::Permission', 'AWS::SQS::QueuePolicy']);

interface Policy {
  PolicyDocument: { Statement: Statement[]; [key: string]: unknown };
  [key: string]: unknown;
}

/**
 * The template without the resources of these types, for an endpoint that lacks them. A type is written as in CloudFormation,
 * e.g. `AWS::SecretsManager::Secret`, or `AWS::ApiGatewayV2::*` for all of a service.
 *
 * What only mentions them goes along: DependsOn, Outputs, Lambda permissions, entries of IAM statements; an environment
 * variable becomes empty, which counts as not set. Throws BadInputError, by name, if any other resource cannot be without.
 */
export function leaveOut(template: Template, types: readonly string[]): Template {
  const isOut = isOneOf(types);
  const entries = Object.entries(template.Resources);
  const gone = new Set(entries.flatMap(([id, { Type }]) => (isOut(Type) ? [id] : [])));
  if (gone.size === 0) return template;
  for (const [id, resource] of entries) {
    if (NOTHING_WITHOUT.has(resource.Type) && mentions(resource, gone)) gone.add(id);
  }
  const kept = entries.flatMap(([id, one]): [string, Resource][] =>
    gone.has(id) ? [] : [[id, without(one, gone)]],
  );
  checkComplete(kept, gone, types);
  const outputs = Object.entries(template.Outputs ?? {}).filter(([, output]) => !mentions(output, gone));
  const before = template.Metadata?.[LEFT_OUT] as Resources | undefined;
  const leftOut = { ...before, ...Object.fromEntries(entries.filter(([id]) => gone.has(id))) };
  return {
    ...template,
    Metadata: { ...template.Metadata, [LEFT_OUT]: leftOut },
    Resources: Object.fromEntries(kept),
    Outputs: Object.fromEntries(outputs),
  };
}

function isOneOf(types: readonly string[]): (type: string) => boolean {
  const prefixes = types.filter((type) => type.endsWith('::*')).map((type) => type.slice(0, -1));
  return (type) => types.includes(type) || prefixes.some((prefix) => type.startsWith(prefix));
}

function mentions(value: unknown, gone: ReadonlySet<string>): boolean {
  return [...referencesOf(value)].some((id) => gone.has(id));
}

function without(resource: Resource, gone: ReadonlySet<string>): Resource {
  const one = structuredClone(dependingOn(resource, (id) => !gone.has(id)));
  const properties = one.Properties ?? {};
  const { Variables: variables = {} } = (properties.Environment ?? {}) as {
    Variables?: Record<string, unknown>;
  };
  for (const [name, value] of Object.entries(variables)) if (mentions(value, gone)) variables[name] = '';
  if (properties.Policies) properties.Policies = policiesWithout(properties.Policies as Policy[], gone);
  return one;
}

/** A policy has one statement at least. */
function policiesWithout(policies: readonly Policy[], gone: ReadonlySet<string>): Policy[] {
  return policies.flatMap((policy) => {
    const { PolicyDocument: document } = policy;
    const Statement = document.Statement.flatMap((statement) => statementWithout(statement, gone));
    return Statement.length > 0 ? [{ ...policy, PolicyDocument: { ...document, Statement } }] : [];
  });
}

function statementWithout(statement: Statement, gone: ReadonlySet<string>): Statement[] {
  const resources = [statement.Resource].flat();
  const left = resources.filter((resource) => !mentions(resource, gone));
  if (left.length === resources.length) return [statement];
  return left.length === 0 ? [] : [{ ...statement, Resource: left }];
}

function checkComplete(
  kept: readonly [string, Resource][],
  gone: ReadonlySet<string>,
  types: readonly string[],
): void {
  const broken = kept.find(([, resource]) => mentions(resource, gone));
  if (broken === undefined) return;
  const [id, { Type }] = broken;
  throw new BadInputError(
    `parameter leaveOut is ${types.join(',')}, but ${id} (${Type}) refers to what that leaves out: leave it out as well`,
  );
}
