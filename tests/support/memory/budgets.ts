import type { Allowance, Used } from '../../../src/core/budget.ts';
import type { Loss } from '../../../src/core/workspace-row.ts';
import type { Budgets } from '../../../src/ports.ts';

interface Counts {
  total: number;
  putOff: number;
  ofClient: Map<string, number>;
}

/** What has been taken of the budgets, in memory. */
export class MemoryBudgets implements Budgets {
  private readonly hours = new Map<string, Counts>();

  async take(
    loss: Loss,
    hour: string,
    clientId: string,
    { total, perClient }: Allowance,
  ): Promise<number | undefined> {
    const counts = this.countsOf(loss, hour);
    const own = counts.ofClient.get(clientId) ?? 0;
    if (counts.total >= total || own >= perClient) return undefined;
    counts.total += 1;
    counts.ofClient.set(clientId, own + 1);
    return counts.total;
  }

  async used(loss: Loss, first: string, last: string, clientId: string): Promise<Used[]> {
    return [...this.hours].flatMap(([key, { total, ofClient }]) => {
      const [of, hour = ''] = key.split(' ');
      if (of !== loss || hour < first || hour > last) return [];
      return [{ hour, total, ofClient: ofClient.get(clientId) ?? 0 }];
    });
  }

  async countPutOff(loss: Loss, hour: string): Promise<number> {
    const counts = this.countsOf(loss, hour);
    counts.putOff += 1;
    return counts.putOff;
  }

  /** How many were counted in the hour. */
  takenIn(loss: Loss, hour: string): number {
    return this.countsOf(loss, hour).total;
  }

  private countsOf(loss: Loss, hour: string): Counts {
    const key = `${loss} ${hour}`;
    const counts = this.hours.get(key) ?? { total: 0, putOff: 0, ofClient: new Map<string, number>() };
    this.hours.set(key, counts);
    return counts;
  }
}
