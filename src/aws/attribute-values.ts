import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/**
 * An item of DynamoDB as plain values. Binaries, sets and numbers that JavaScript cannot hold exactly stay as they came, an
 * object that no schema of ours takes: whoever parses the item refuses them by name, instead of failing here. An inexact
 * number would be worse than none, because no condition on it could ever hold.
 *
 * The SDK's `unmarshall` does the same (a test compares them), but takes five times as long, and that was 60 % of what
 * a heartbeat costs.
 */
export function toPlain(item: Record<string, AttributeValue>): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const name in item) {
    const value = item[name];
    // `__proto__` is a legal attribute name; assigned in the usual way it would replace the object's prototype.
    if (name === '__proto__')
      Object.defineProperty(plain, name, { value: plainValue(value), enumerable: true });
    else plain[name] = plainValue(value);
  }
  return plain;
}

function plainValue(value: AttributeValue | undefined): unknown {
  if (value === undefined) return undefined;
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return exactNumber(value.N) ?? value;
  if (value.M !== undefined) return toPlain(value.M);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.NULL !== undefined) return null;
  if (value.L !== undefined) return value.L.map(plainValue);
  return value;
}

/** Doubles keep every decimal of this many digits. */
const ALWAYS_EXACT_DIGITS = 15;

function exactNumber(text: string): number | undefined {
  const number = Number(text);
  return text.length <= ALWAYS_EXACT_DIGITS || String(number) === text ? number : undefined;
}
