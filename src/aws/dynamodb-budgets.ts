import { type DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { type Allowance, startOfHour, type Used } from '../core/budget.ts';
import { DAY_SECONDS } from '../core/policy.ts';
import type { Loss } from '../core/workspace-row.ts';
import type { Budgets } from '../ports.ts';
import { toPlain } from './attribute-values.ts';
import { update } from './dynamodb.ts';
import { ConditionalUpdate, toItem } from './update-expression.ts';

/** How long it can be seen what was taken in an hour. */
const KEPT_DAYS = 30;

/**
 * Budgets in `CleanupControl`: an item for each loss and hour, with a count of all and one of each client. A single
 * conditional update counts both, so of any number that ask at the same moment exactly as many pass as there is room for.
 */
export class DynamoDBBudgets implements Budgets {
  private readonly client: DynamoDBClient;
  private readonly table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.client = client;
    this.table = table;
  }

  async take(
    loss: Loss,
    hour: string,
    clientId: string,
    { total, perClient }: Allowance,
  ): Promise<number | undefined> {
    // A count that is not there yet is 0, and below any limit but this.
    if (total < 1 || perClient < 1) return undefined;
    const own = countOf(clientId);
    const change = new ConditionalUpdate().add('total', 1).add(own, 1).set('expiresAt', expiryOf(hour));
    change.when(`${change.absent('total')} OR ${change.compare('total', '<', total)}`);
    change.when(`${change.absent(own)} OR ${change.compare(own, '<', perClient)}`);
    return this.count(loss, hour, change, 'total');
  }

  async used(loss: Loss, first: string, last: string, clientId: string): Promise<Used[]> {
    const pages = paginateQuery(
      { client: this.client },
      {
        TableName: this.table,
        ConsistentRead: true,
        KeyConditionExpression: '#kind = :kind AND #key BETWEEN :first AND :last',
        ProjectionExpression: '#key, #total, #own',
        ExpressionAttributeNames: {
          '#kind': 'kind',
          '#key': 'key',
          '#total': 'total',
          '#own': countOf(clientId),
        },
        ExpressionAttributeValues: toItem({ ':kind': kindOf(loss), ':first': first, ':last': last }),
      },
    );
    const used: Used[] = [];
    for await (const { Items = [] } of pages) {
      for (const item of Items.map(toPlain)) {
        const { key, total } = item;
        used.push({
          hour: String(key),
          total: Number(total ?? 0),
          ofClient: Number(item[countOf(clientId)] ?? 0),
        });
      }
    }
    return used;
  }

  async countPutOff(loss: Loss, hour: string): Promise<number> {
    const change = new ConditionalUpdate().add('putOff', 1).set('expiresAt', expiryOf(hour));
    return (await this.count(loss, hour, change, 'putOff')) ?? 0;
  }

  private async count(
    loss: Loss,
    hour: string,
    change: ConditionalUpdate,
    counted: string,
  ): Promise<number | undefined> {
    const input = change.build(this.table, { kind: kindOf(loss), key: hour });
    const updated = await update(this.client, { ...input, ReturnValues: 'ALL_OLD' });
    return updated.applied ? Number(updated.before?.[counted] ?? 0) + 1 : undefined;
  }
}

function kindOf(loss: Loss): string {
  return `budget:${loss}`;
}

/** Ids have no blanks, so no client is called like another count; their dots would lead into a map. */
function countOf(clientId: string): string {
  return `client ${clientId.replaceAll('.', ' ')}`;
}

function expiryOf(hour: string): number {
  return startOfHour(hour) + KEPT_DAYS * DAY_SECONDS;
}
