import type { Policy } from '../../core/policy.ts';
import { Haystack } from './haystack.ts';
import type { SortKey } from './protocol.ts';
import { hasFilter, matcherOf, type TableQuery } from './table-query.ts';
import { viewedAnew, viewOf, type WorkspaceView } from './workspace-view.ts';

const LIFECYCLES = ['active', 'restoring', 'archiving', 'archived', 'terminating', 'terminated', 'invalid'];
const TIERS = ['free', 'pro', 'enterprise'];

/** What is compared: numbers where order is not that of letters. Without a value, last. */
const SORTS: Record<Exclude<SortKey, 'workspace'>, (view: WorkspaceView) => number | string> = {
  next: ({ next }) => next?.at ?? Infinity,
  // The longest idle first.
  idle: ({ row }) => row?.lastActivity ?? Infinity,
  lifecycle: ({ lifecycle }) => LIFECYCLES.indexOf(lifecycle),
  state: ({ state }) => state,
  tier: ({ row }) => (row ? TIERS.indexOf(row.subscriptionTier) : TIERS.length),
  status: ({ row }) => row?.subscriptionStatus ?? '~',
};

/** An order for one column, and the views of which it is not known where they belong by now. */
interface Order {
  views: WorkspaceView[];
  displaced: Set<WorkspaceView>;
}

/** So many are put into their places one by one; of more the whole is sorted. */
const MOST_DISPLACED = 100;
/** So many that have a name are sorted faster than all are walked through, however many there are; or a twentieth. */
const FEW = 5;

/**
 * The fleet in memory: a view of each row, kept true as time passes, with an order for each column that was asked for. A
 * question costs one walk over the rows; an order is put right only after something has changed.
 */
export class FleetIndex {
  /** Counts the changes. */
  version = 0;
  private readonly views = new Map<string, WorkspaceView>();
  private readonly orders = new Map<SortKey, Order>();
  private policy: Policy;
  private nextExpiry = Infinity;
  /** Made anew where rows have come or gone. */
  private names: { haystack: Haystack; views: WorkspaceView[] } | undefined;

  constructor(policy: Policy) {
    this.policy = policy;
  }

  get size(): number {
    return this.views.size;
  }

  /** A row as it is in the table now (plain values). False if it is as it was. */
  put(raw: Record<string, unknown>, now: number): boolean {
    const view = viewOf(raw, this.policy, now);
    const known = this.views.get(view.id);
    const isNew =
      known === undefined || JSON.stringify(known.row ?? known.raw) !== JSON.stringify(view.row ?? view.raw);
    this.set(view);
    if (isNew) this.version += 1;
    return isNew;
  }

  /** The row is gone. False if there was none. */
  delete(id: string): boolean {
    if (!this.views.delete(id)) return false;
    this.orders.clear();
    this.names = undefined;
    this.version += 1;
    return true;
  }

  get(id: string): WorkspaceView | undefined {
    return this.views.get(id);
  }

  all(): IterableIterator<WorkspaceView> {
    return this.views.values();
  }

  /** Other limits hold: everything is worked out anew. */
  usePolicy(policy: Policy, now: number): void {
    this.policy = policy;
    this.refresh(now, () => true);
  }

  /** Works out anew what has changed by the time alone. */
  passTime(now: number): void {
    if (now < this.nextExpiry) return;
    this.refresh(now, ({ validUntil }) => validUntil <= now);
  }

  /** Ids of rows whose wake-up has come: the system may have changed them. At most `limit`. */
  woken(now: number, limit: number): string[] {
    const found: string[] = [];
    for (const { id, armedFor } of this.views.values()) {
      if (armedFor === undefined || armedFor > now) continue;
      found.push(id);
      if (found.length === limit) break;
    }
    return found;
  }

  /** A page of what matches, and how many there are. */
  query(query: TableQuery, now: number): { total: number; views: WorkspaceView[] } {
    this.passTime(now);
    const named = this.named(query.search);
    const order =
      named !== undefined && named.length <= Math.max(FEW, this.size / 20)
        ? named.sort(comparing(query.sort))
        : this.orderBy(query.sort);
    // Where nothing but the name is asked for, it is known how many there are, and nobody has to look at the rest.
    const known = hasFilter(query) ? undefined : named?.length;
    return pageOf(order, matcherOf(query), query, known);
  }

  private refresh(now: number, isStale: (view: WorkspaceView) => boolean): void {
    this.nextExpiry = Infinity;
    for (const view of this.views.values()) {
      if (isStale(view)) this.set(viewedAnew(view, this.policy, now));
      else this.nextExpiry = Math.min(this.nextExpiry, view.validUntil);
    }
    this.version += 1;
  }

  private set(view: WorkspaceView): void {
    const known = this.views.get(view.id);
    if (known) Object.assign(known, view);
    else {
      this.views.set(view.id, view);
      this.names = undefined;
    }
    for (const { displaced } of this.orders.values()) displaced.add(known ?? view);
    this.nextExpiry = Math.min(this.nextExpiry, view.validUntil);
  }

  /** Those whose name has what is searched for, in no order; undefined if nothing is searched for. */
  private named(search: string): WorkspaceView[] | undefined {
    const part = search.trim().toLowerCase();
    if (part === '') return undefined;
    if (this.names === undefined) {
      const views = [...this.views.values()];
      this.names = { haystack: new Haystack(views.map(({ searched }) => searched)), views };
    }
    const { haystack, views } = this.names;
    return haystack.find(part).flatMap((index) => views[index] ?? []);
  }

  private orderBy(key: SortKey): readonly WorkspaceView[] {
    const known = this.orders.get(key);
    const compare = comparing(key);
    if (known === undefined || known.displaced.size > MOST_DISPLACED) {
      const views = [...this.views.values()].sort(compare);
      this.orders.set(key, { views, displaced: new Set() });
      return views;
    }
    const { views, displaced } = known;
    if (displaced.size === 0) return views;
    const settled = views.filter((view) => !displaced.has(view));
    for (const view of displaced) settled.splice(placeOf(view, settled, compare), 0, view);
    this.orders.set(key, { views: settled, displaced: new Set() });
    return settled;
  }
}

/** Where it belongs among those that are in order. */
function placeOf(
  view: WorkspaceView,
  views: readonly WorkspaceView[],
  compare: (a: WorkspaceView, b: WorkspaceView) => number,
): number {
  let [low, high] = [0, views.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = views[middle];
    if (other !== undefined && compare(other, view) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comparing(key: SortKey): (a: WorkspaceView, b: WorkspaceView) => number {
  const byId = (a: WorkspaceView, b: WorkspaceView) => (a.id < b.id ? -1 : 1);
  if (key === 'workspace') return byId;
  const sortValue = SORTS[key];
  return (a, b) => {
    const [left, right] = [sortValue(a), sortValue(b)];
    if (left === right) return byId(a, b);
    return left < right ? -1 : 1;
  };
}

/** The rows of the page among those that match, and how many these are: `known`, or counted. */
function pageOf(
  order: readonly WorkspaceView[],
  matches: (view: WorkspaceView) => boolean,
  { page, size, descending }: TableQuery,
  known: number | undefined,
): { total: number; views: WorkspaceView[] } {
  const views: WorkspaceView[] = [];
  let total = 0;
  for (let index = 0; index < order.length; index += 1) {
    if (known !== undefined && views.length === size) break;
    const view = order[descending ? order.length - 1 - index : index];
    if (view === undefined || !matches(view)) continue;
    if (total >= page * size && views.length < size) views.push(view);
    total += 1;
  }
  return { total: known ?? total, views };
}
