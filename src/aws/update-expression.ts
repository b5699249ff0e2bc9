import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

/** `marshall` for values of this project: attributes that are undefined are not there. */
export function toItem(values: Record<string, unknown>): Record<string, AttributeValue> {
  return marshall(values, { removeUndefinedValues: true });
}

/**
 * Builds one conditional update. Names and values get placeholders, so that attribute names such as
 * `subscription:sub_1` and DynamoDB's reserved words need no thought.
 */
export class ConditionalUpdate {
  private readonly sets: string[] = [];
  private readonly removes: string[] = [];
  private readonly adds: string[] = [];
  private readonly conditions: string[] = [];
  private readonly names: Record<string, string> = {};
  private readonly values: Record<string, unknown> = {};

  /** `undefined` removes the attribute. A dot leads into a map. */
  set(attribute: string, value: unknown): this {
    if (value === undefined) this.removes.push(this.path(attribute));
    else this.sets.push(`${this.path(attribute)} = ${this.value(value)}`);
    return this;
  }

  add(attribute: string, value: number): this {
    this.adds.push(`${this.name(attribute)} ${this.value(value)}`);
    return this;
  }

  /** All conditions have to hold. */
  when(condition: string): this {
    this.conditions.push(`(${condition})`);
    return this;
  }

  /** The attribute has this value; `undefined`: it is not there. Here and below a dot leads into a map. */
  whenSame(attribute: string, value: unknown): this {
    return this.when(this.same(attribute, value));
  }

  same(attribute: string, value: unknown): string {
    return value === undefined ? this.absent(attribute) : this.compare(attribute, '=', value);
  }

  absent(attribute: string): string {
    return `attribute_not_exists(${this.path(attribute)})`;
  }

  exists(attribute: string): string {
    return `attribute_exists(${this.path(attribute)})`;
  }

  /** e.g. `compare('claim.owner', '=', owner)`. */
  compare(attribute: string, operator: '=' | '<>' | '<' | '<=' | '>' | '>=', value: unknown): string {
    return `${this.path(attribute)} ${operator} ${this.value(value)}`;
  }

  build(table: string, key: Record<string, string>): UpdateItemCommandInput {
    const clauses = [
      this.sets.length > 0 && `SET ${this.sets.join(', ')}`,
      this.removes.length > 0 && `REMOVE ${this.removes.join(', ')}`,
      this.adds.length > 0 && `ADD ${this.adds.join(', ')}`,
    ];
    const values = Object.keys(this.values).length > 0 && { ExpressionAttributeValues: toItem(this.values) };
    return {
      TableName: table,
      Key: toItem(key),
      UpdateExpression: clauses.filter(Boolean).join(' '),
      ...(this.conditions.length > 0 && { ConditionExpression: this.conditions.join(' AND ') }),
      ExpressionAttributeNames: this.names,
      ...values,
    };
  }

  private path(attribute: string): string {
    return attribute
      .split('.')
      .map((part) => this.name(part))
      .join('.');
  }

  private name(attribute: string): string {
    // An attribute may stand in several places, and has one placeholder in all of them.
    const known = Object.keys(this.names).find((placeholder) => this.names[placeholder] === attribute);
    const placeholder = known ?? `#n${Object.keys(this.names).length}`;
    this.names[placeholder] = attribute;
    return placeholder;
  }

  private value(value: unknown): string {
    const placeholder = `:v${Object.keys(this.values).length}`;
    this.values[placeholder] = value;
    return placeholder;
  }
}
