import { useRef } from 'preact/hooks';
import type { SortKey, WorkspaceLine, WorkspacePage } from '../protocol.ts';
import { Filters } from './filters.tsx';
import { Empty, Failure, LifecycleBadge, Loading, StateText, workspaceLink } from './parts.tsx';
import { useLive, useNow } from './store.ts';
import { count, length, utc } from './words.ts';

const SIZE = 50;
const COLUMNS: { key: SortKey; word: string }[] = [
  { key: 'workspace', word: 'Workspace' },
  { key: 'lifecycle', word: 'Lifecycle' },
  { key: 'tier', word: 'Tier' },
  { key: 'status', word: 'Subscription' },
  { key: 'idle', word: 'Idle' },
  { key: 'next', word: 'Next' },
  { key: 'state', word: 'State' },
];

/** The table: what is searched, filtered and sorted stands in the address, so it can be passed on. */
export function WorkspacesPage({
  query,
  go,
}: {
  query: URLSearchParams;
  go: (query: URLSearchParams) => void;
}) {
  const asked = new URLSearchParams(query);
  asked.set('size', String(SIZE));
  const { data, error, refresh } = useLive<WorkspacePage>(`workspaces?${asked}`);
  // While the next answer is on its way the last one stays: nothing jumps.
  const latest = useRef<WorkspacePage | undefined>(undefined);
  if (data) latest.current = data;
  const page = data ?? latest.current;
  const set = (changes: Record<string, string>) => {
    const next = new URLSearchParams(query);
    for (const [name, value] of Object.entries({ page: '', ...changes })) {
      if (value === '') next.delete(name);
      else next.set(name, value);
    }
    go(next);
  };
  return (
    <div class="workspaces">
      <h1>Workspaces</h1>
      <Filters query={query} set={set} />
      {error && !data ? (
        <Failure error={error} retry={refresh} />
      ) : !page ? (
        <Loading rows={8} />
      ) : (
        <>
          <p class="found muted" role="status">
            {count(page.total)} {page.total === 1 ? 'workspace' : 'workspaces'}
          </p>
          {page.total === 0 ? (
            <Empty title="Nothing matches">
              Take a filter away, or{' '}
              <button type="button" class="link" onClick={() => go(new URLSearchParams())}>
                show all workspaces
              </button>
              .
            </Empty>
          ) : (
            <Table page={page} query={query} set={set} />
          )}
          <Pages total={page.total} page={Number(query.get('page') ?? 0)} set={set} />
        </>
      )}
    </div>
  );
}

function Table(props: {
  page: WorkspacePage;
  query: URLSearchParams;
  set: (changes: Record<string, string>) => void;
}) {
  const { page, query, set } = props;
  const time = useNow();
  const sort = query.get('sort') ?? 'next';
  const isDescending = query.get('order') === 'desc';
  const sorted = (key: SortKey) => (key === sort ? (isDescending ? 'descending' : 'ascending') : 'none');
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined) return;
    const links = [...document.querySelectorAll<HTMLAnchorElement>('tbody a')];
    const next = links[links.indexOf(document.activeElement as HTMLAnchorElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return (
    <table class="grid" onKeyDown={onKey}>
      <thead>
        <tr>
          {COLUMNS.map(({ key, word }) => (
            <th key={key} scope="col" aria-sort={sorted(key)} class={`column-${key}`}>
              <button
                type="button"
                onClick={() => set({ sort: key, order: sort === key && !isDescending ? 'desc' : '' })}
              >
                {word}
                <i class={`arrow ${sorted(key)}`} aria-hidden="true" />
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {page.lines.map((line) => (
          <Line key={`${line.clientId}/${line.userId}`} line={line} time={time} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ line, time }: { line: WorkspaceLine; time: number }) {
  const { clientId, userId, lifecycle, state, tier, status, lastActivity, next } = line;
  return (
    <tr>
      <th scope="row">
        <a href={workspaceLink(clientId, userId)}>
          <span class="muted">{clientId}/</span>
          {userId}
        </a>
      </th>
      <td data-title="Lifecycle">
        <LifecycleBadge lifecycle={lifecycle} />
      </td>
      <td data-title="Tier">{tier ?? '–'}</td>
      <td
        data-title="Subscription"
        class={status === undefined || status === 'active' ? '' : 'tone-text-bad'}
      >
        {status ?? '–'}
      </td>
      <td
        data-title="Idle"
        class="figures"
        title={lastActivity === undefined ? undefined : `last used ${utc(lastActivity, true)} UTC`}
      >
        {lastActivity === undefined ? '–' : length(Math.max(0, time - lastActivity))}
      </td>
      <td data-title="Next" class="figures" title={next && `${utc(next.at, true)} UTC`}>
        {next ? (
          <>
            {next.loss} {next.at <= time ? 'now' : `in ${length(next.at - time)}`}
          </>
        ) : (
          <span class="muted">nothing ahead</span>
        )}
      </td>
      <td data-title="State">
        <StateText state={state} />
      </td>
    </tr>
  );
}

function Pages({
  total,
  page,
  set,
}: {
  total: number;
  page: number;
  set: (changes: Record<string, string>) => void;
}) {
  const last = Math.max(0, Math.ceil(total / SIZE) - 1);
  if (last === 0) return null;
  const to = (target: number) => set({ page: target === 0 ? '' : String(target) });
  return (
    <nav class="pages" aria-label="Pages">
      <button type="button" class="button small" disabled={page === 0} onClick={() => to(0)}>
        First
      </button>
      <button type="button" class="button small" disabled={page === 0} onClick={() => to(page - 1)}>
        Previous
      </button>
      <span class="figures">
        {count(page * SIZE + 1)}–{count(Math.min(total, (page + 1) * SIZE))} of {count(total)}
      </span>
      <button type="button" class="button small" disabled={page >= last} onClick={() => to(page + 1)}>
        Next
      </button>
      <button type="button" class="button small" disabled={page >= last} onClick={() => to(last)}>
        Last
      </button>
    </nav>
  );
}
