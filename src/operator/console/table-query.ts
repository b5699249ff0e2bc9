import type { SortKey } from './protocol.ts';
import type { WorkspaceView } from './workspace-view.ts';

/** What the table shows: all that match, in an order, and which of them. */
export interface TableQuery {
  /** Part of `client/user`; letters of either case. */
  search: string;
  lifecycle: string | undefined;
  tier: string | undefined;
  status: string | undefined;
  /** `held-back` stands for every reason. */
  state: string | undefined;
  sort: SortKey;
  descending: boolean;
  /** From 0. */
  page: number;
  size: number;
}

/** Whether it asks for more than a name. */
export function hasFilter({ lifecycle, tier, status, state }: TableQuery): boolean {
  return [lifecycle, tier, status, state].some((choice) => choice !== undefined);
}

/** Asks only what is asked for: it is called for every row. */
export function matcherOf(query: TableQuery): (view: WorkspaceView) => boolean {
  const search = query.search.trim().toLowerCase();
  const { lifecycle, tier, status, state } = query;
  const questions: ((view: WorkspaceView) => boolean)[] = [];
  if (lifecycle !== undefined) questions.push((view) => view.lifecycle === lifecycle);
  if (tier !== undefined) questions.push(({ row }) => row?.subscriptionTier === tier);
  if (status !== undefined) questions.push(({ row }) => row?.subscriptionStatus === status);
  if (state === 'held-back') questions.push((view) => view.state.startsWith(state));
  else if (state !== undefined) questions.push((view) => view.state === state);
  if (search !== '') questions.push(({ searched }) => searched.includes(search));
  const [only, ...others] = questions;
  if (only === undefined) return () => true;
  return others.length === 0 ? only : (view) => questions.every((question) => question(view));
}
