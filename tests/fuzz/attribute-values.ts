/** A value as DynamoDB would have it in a stream record; what it cannot hold comes as something near it. */
export function toAttributeValue(value: unknown): Record<string, unknown> {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      // The table holds no NaN. Whoever writes it as text gets this.
      return Number.isFinite(value) ? { N: String(value) } : { S: String(value) };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return toDocument(value);
    default:
      return { NULL: true };
  }
}

function toDocument(value: object | null): Record<string, unknown> {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) return { L: value.map(toAttributeValue) };
  return { M: toAttributes(value as Record<string, unknown>) };
}

/** An item. Attributes that are undefined are not there. */
export function toAttributes(item: Record<string, unknown>): Record<string, unknown> {
  const there = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there.map(([name, value]) => [name, toAttributeValue(value)]));
}
