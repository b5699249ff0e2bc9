import { type Compared, noneCompared } from './impact-report.ts';

/** So many clients are told apart, e.g. 20 MB; those that come after them are counted together. */
const MOST_CLIENTS = 100_000;
const MOST_LISTED = 100;

/** Counts of each client, in bounded memory. */
export class ClientCounts {
  private readonly clients = new Map<string, Compared>();
  private readonly others = noneCompared();

  of(clientId: string): Compared {
    const known = this.clients.get(clientId);
    if (known !== undefined) return known;
    if (this.clients.size >= MOST_CLIENTS) return this.others;
    const counts = noneCompared();
    this.clients.set(clientId, counts);
    return counts;
  }

  report(): { total: number; listed: ({ clientId: string } & Compared)[]; others: Compared } {
    const sorted = [...this.clients].sort(
      ([a, first], [b, second]) => changeOf(second) - changeOf(first) || (a < b ? -1 : 1),
    );
    const others = structuredClone(this.others);
    for (const [, counts] of sorted.slice(MOST_LISTED)) add(others, counts);
    return {
      total: sorted.length,
      listed: sorted.slice(0, MOST_LISTED).map(([clientId, counts]) => ({ clientId, ...counts })),
      others,
    };
  }
}

/** By how much the policy that is asked about does more or less to it than the one of today. */
function changeOf({ today, next }: Compared): number {
  const change = (of: 'archive' | 'terminate' | 'restore') => Math.abs(next[of] - today[of]);
  return change('archive') + change('terminate') + change('restore');
}

function add(to: Compared, counts: Compared): void {
  for (const side of ['today', 'next'] as const) {
    for (const transition of ['archive', 'terminate', 'restore'] as const)
      to[side][transition] += counts[side][transition];
  }
}
