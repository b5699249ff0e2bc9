/**
 * The size of an item as DynamoDB counts it, in bytes: names and values in UTF-8, numbers at two digits a byte, three bytes
 * for each list or map and one for each of its members.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const name in item)
    if (item[name] !== undefined) bytes += Buffer.byteLength(name) + valueBytes(item[name]);
  return bytes;
}

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return numberBytes(value);
  if (typeof value === 'boolean' || value === null) return 1;
  if (Array.isArray(value)) return value.reduce((sum: number, member) => sum + valueBytes(member) + 1, 3);
  const map = value as Record<string, unknown>;
  return 3 + itemBytes(map) + Object.keys(map).length;
}

/** Two significant digits a byte, and one byte more; the sign of a negative number has a byte of its own. */
function numberBytes(value: number): number {
  return Math.ceil(significantDigits(Math.abs(value)) / 2) + 1 + (value < 0 ? 1 : 0);
}

function significantDigits(value: number): number {
  if (value === 0) return 1;
  if (!Number.isSafeInteger(value))
    return String(value)
      .replace('.', '')
      .replace(/^0+|0+$/g, '').length;
  let rest = value;
  while (rest % 10 === 0) rest /= 10;
  return Math.floor(Math.log10(rest)) + 1;
}

const WRITE_UNIT_BYTES = 1_024;
const READ_UNIT_BYTES = 4_096;

/** Write units of an item of so many bytes. */
export function writeUnits(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_UNIT_BYTES));
}

/** Read units of so many bytes that one request reads; a read that may be a little out of date takes half. */
export function readUnits(bytes: number, { consistent }: { consistent: boolean }): number {
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}
