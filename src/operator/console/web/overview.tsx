import { useMemo, useState } from 'preact/hooks';
import type { Overview, Session } from '../protocol.ts';
import { ControlCard, FleetCard } from './fleet-cards.tsx';
import { LatenessChart, quantile } from './lateness-chart.tsx';
import { NextCard, RecentCard } from './overview-lists.tsx';
import { Card, Empty, Failure, Loading, Segments } from './parts.tsx';
import { dollars, Savings, savedDollars } from './savings.tsx';
import { StackedChart, StackLegend } from './stacked-chart.tsx';
import { ask, useLive } from './store.ts';
import { count, length, utc } from './words.ts';

const DAY = 86_400;
const HOUR = 3_600;
const monthDay = (at: number) =>
  new Date(at * 1_000).toLocaleDateString('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });
const hourTick = (at: number, previous: number | undefined) =>
  previous === undefined || Math.floor(at / DAY) !== Math.floor(previous / DAY)
    ? monthDay(at)
    : utc(at).slice(11);

/** The fleet at a glance. */
export function OverviewPage({ session }: { session: Session }) {
  const { data, error, refresh } = useLive<Overview>('overview');
  const [, render] = useState(0);
  if (error && !data) return <Failure error={error} retry={refresh} />;
  if (!data) return <Loading rows={6} />;
  return (
    <div class="overview">
      <h1 class="unseen">Overview</h1>
      <Reading overview={data} refresh={refresh} />
      <Glance overview={data} />
      <DueCard overview={data} />
      <NextCard overview={data} />
      <ActionsCard overview={data} />
      <LatenessCard overview={data} />
      <FleetCard overview={data} />
      <ControlCard overview={data} readOnly={session.readOnly} />
      <Savings saved={data.saved} onChange={() => render((times) => times + 1)} />
      <RecentCard overview={data} />
    </div>
  );
}

/** How far the fleet has been read, while that matters. */
function Reading({ overview: { loading }, refresh }: { overview: Overview; refresh: () => void }) {
  if (loading.kind === 'failed' || loading.problem !== undefined)
    return (
      <div class="notice tone-bad wide" role="alert">
        <p>
          <strong>
            {loading.kind === 'failed' ? 'The fleet could not be read.' : 'What you see may be old.'}
          </strong>{' '}
          {loading.problem}
          {loading.kind === 'failed' && ' Look at the credentials, the Region and the names of the tables.'}
        </p>
        {loading.kind === 'failed' && (
          <button type="button" class="button small" onClick={() => void ask('reload', {}).then(refresh)}>
            Read it again
          </button>
        )}
      </div>
    );
  if (loading.kind === 'ready') return null;
  return (
    <div class="notice tone-busy wide" role="status">
      <p>
        Reading the fleet: {count(loading.rows)} workspaces so far, {count(Math.round(loading.readUnits))}{' '}
        read units. What you see grows meanwhile.
      </p>
    </div>
  );
}

function Glance({ overview }: { overview: Overview }) {
  const { total, lifecycle, hours, overdue, state, saved } = overview;
  const soon = hours.slice(0, 24).reduce(
    (sum, { archive, terminate }) => ({
      archive: sum.archive + archive,
      terminate: sum.terminate + terminate,
    }),
    { archive: 0, terminate: 0 },
  );
  const kept = Object.entries(state).reduce(
    (sum, [name, number]) =>
      name === 'held' || name === 'extended' || name.startsWith('held-back') ? sum + number : sum,
    0,
  );
  return (
    <ul class="glance wide">
      <li>
        <a href="#/workspaces">
          <span>Workspaces</span>
          <strong>{count(total)}</strong>
          <em>{count(lifecycle.active ?? 0)} active</em>
        </a>
      </li>
      <li>
        <a href="#/workspaces?sort=next">
          <span>Due in 24 hours</span>
          <strong>{count(soon.archive + soon.terminate)}</strong>
          <em>
            {count(soon.archive)} to archive, {count(soon.terminate)} to terminate
          </em>
        </a>
      </li>
      <li class={overdue > 0 ? 'is-bad' : ''}>
        <a href="#/workspaces?state=due">
          <span>Overdue</span>
          <strong>{count(overdue)}</strong>
          <em>{overdue > 0 ? 'due for more than two minutes' : 'nothing is late'}</em>
        </a>
      </li>
      <li>
        <a href="#/workspaces?state=held">
          <span>Held or kept back</span>
          <strong>{count(kept)}</strong>
          <em>{count(state.held ?? 0)} held</em>
        </a>
      </li>
      <li>
        <a href="#/workspaces?lifecycle=archived">
          <span>Saved so far</span>
          <strong>{dollars(savedDollars(saved))}</strong>
          <em>by {count(saved.archived + saved.terminated)} workspaces</em>
        </a>
      </li>
    </ul>
  );
}

function DueCard({ overview }: { overview: Overview }) {
  const [span, setSpan] = useState<'hours' | 'days'>('days');
  const stacks = overview[span];
  const sum = stacks.reduce((all, { archive, terminate }) => all + archive + terminate, 0);
  const choices = [
    { value: 'hours', word: '48 hours' },
    { value: 'days', word: '30 days' },
  ] as const;
  const label = `What is due in the next ${span === 'hours' ? '48 hours' : '30 days'}: ${count(sum)} workspaces`;
  return (
    <Card
      title="What is due"
      class="two-thirds"
      aside={<Segments label="Span" value={span} choices={choices} onChange={setSpan} />}
    >
      <StackedChart
        kind={span}
        label={label}
        stacks={stacks}
        slotSeconds={span === 'hours' ? HOUR : DAY}
        height={262}
        name={(at) => (span === 'hours' ? `${utc(at)} UTC` : monthDay(at))}
        tick={span === 'hours' ? hourTick : monthDay}
      />
      <StackLegend archive="to archive" terminate="to terminate" />
    </Card>
  );
}

function ActionsCard({ overview: { actions } }: { overview: Overview }) {
  const stacks = useMemo(
    () => actions.map(({ day, ...counts }) => ({ at: Date.parse(`${day}T00:00:00Z`) / 1_000, ...counts })),
    [actions],
  );
  const sum = stacks.reduce((all, { archive, terminate }) => all + archive + terminate, 0);
  return (
    <Card title="Actions per day" class="half" aside={<span class="muted">{count(sum)} in 30 days</span>}>
      <StackedChart
        kind="actions"
        label={`Actions per day: ${count(sum)} in the last 30 days`}
        stacks={stacks}
        slotSeconds={DAY}
        name={monthDay}
        tick={monthDay}
      />
      <StackLegend archive="archived" terminate="terminated" />
    </Card>
  );
}

function LatenessCard({ overview: { lateness } }: { overview: Overview }) {
  const figures = `half within ${length(quantile(lateness, 0.5))}, 99 % within ${length(quantile(lateness, 0.99))}`;
  return (
    <Card title="Lateness" class="half" aside={lateness.length > 0 && <span class="muted">{figures}</span>}>
      {lateness.length === 0 ? (
        <Empty title="Nothing was done yet">
          Each archive and each termination will stand here, with how long after it was due it was done.
        </Empty>
      ) : (
        <>
          <LatenessChart lateness={lateness} />
          <p class="legend-text muted">the last {count(lateness.length)} actions, the latest on the right</p>
        </>
      )}
    </Card>
  );
}
