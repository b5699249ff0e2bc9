import type { Sent, Way } from './delivery.ts';
import type { Report } from './session.ts';

/** One conditional update of the workspace's row. Rejects as the SDK does. */
export type Update = (change: TableChange) => Promise<void>;

/** As UpdateItem takes it, with plain values. */
export interface TableChange {
  updateExpression: string;
  conditionExpression: string;
  names: Record<string, string>;
  values: Record<string, unknown>;
}

/**
 * Straight to the table, with the task's role, as images did that know no API. The role may write what a report says and
 * nothing else, so the condition can ask for nothing else either: not whether the workspace is still active. That is why a
 * container by this way must never report use when it is stopped, and why it is not the usual way.
 */
export class TableWay implements Way {
  private readonly update: Update;

  constructor(update: Update) {
    this.update = update;
  }

  async send(report: Report): Promise<Sent> {
    try {
      await this.update(changeFor(report));
      return { kind: 'taken' };
    } catch (error) {
      const { name, message } = error as Error;
      // A newer one is known, or there is no such row.
      if (name === 'ConditionalCheckFailedException') return { kind: 'taken' };
      const isFinal =
        name === 'AccessDeniedException' ||
        name === 'ResourceNotFoundException' ||
        name === 'ValidationException';
      return { kind: isFinal ? 'refused' : 'later', reason: `DynamoDB answers ${name}: ${message}` };
    }
  }
}

export function changeFor({ lastActivity, containerStatus, unsavedWork }: Report): TableChange {
  const given = Object.entries({ lastActivity, containerStatus, unsavedWork }).filter(
    ([, value]) => value !== undefined,
  );
  const known = 'attribute_exists(#clientId)';
  // A session's last report may repeat its activity, but it says that the container is idle now.
  const forward = '(attribute_not_exists(#lastActivity) OR #lastActivity <= :lastActivity)';
  return {
    updateExpression: `SET ${given.map(([name]) => `#${name} = :${name}`).join(', ')}`,
    conditionExpression: lastActivity === undefined ? known : `${known} AND ${forward}`,
    names: Object.fromEntries(['clientId', ...given.map(([name]) => name)].map((name) => [`#${name}`, name])),
    values: Object.fromEntries(given.map(([name, value]) => [`:${name}`, value])),
  };
}
