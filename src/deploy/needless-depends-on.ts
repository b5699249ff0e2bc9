import type { Resource } from './deployment.ts';
import { referencesOf } from './references.ts';
import type { Template } from './service.ts';

/**
 * The template without what the framework says in DependsOn although a reference of the same resource says so already:
 * of every function and its role, of every route. It is what cfn-lint calls W3005, and some endpoints take no warning.
 */
export function withoutNeedlessDependsOn(template: Template): Template {
  const resources = Object.entries(template.Resources).map(([id, resource]) => {
    const { DependsOn: _, ...rest } = resource;
    const references = referencesOf(rest);
    return [id, dependingOn(resource, (other) => !references.has(other))];
  });
  return { ...template, Resources: Object.fromEntries(resources) };
}

/** The resource with those of its DependsOn alone that are `wanted`, and without any if there are none. */
export function dependingOn(resource: Resource, wanted: (id: string) => boolean): Resource {
  const { DependsOn, ...rest } = resource;
  const kept = [DependsOn ?? []].flat().filter((id) => typeof id === 'string' && wanted(id));
  return (kept.length > 0 ? { ...rest, DependsOn: kept } : rest) as Resource;
}
