/** `Queue` of `arn/${Queue.Arn}` and `${Queue}`, and no pseudo parameter such as `AWS::Region`. */
const IN_SUB = /\$\{([A-Za-z0-9]+)[.}]/g;

/** The logical ids to which a part of a template refers, by Ref, Fn::GetAtt or Fn::Sub. */
export function referencesOf(value: unknown): Set<string> {
  const found = new Set<string>();
  collect(value, found);
  return found;
}

function collect(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value as Record<string, unknown>;
  if (typeof ref === 'string') found.add(ref);
  const [of] = typeof attribute === 'string' ? attribute.split('.') : [attribute].flat();
  if (typeof of === 'string') found.add(of);
  const [text] = [sub].flat();
  if (typeof text === 'string') for (const [, name = ''] of text.matchAll(IN_SUB)) found.add(name);
  for (const part of Object.values(value)) collect(part, found);
}
