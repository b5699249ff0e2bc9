import { useState } from 'preact/hooks';
import type { BudgetUse, Overview } from '../protocol.ts';
import { PauseDialog, UnpauseDialog } from './dialogs.tsx';
import { Badge, Card, Empty } from './parts.tsx';
import { toast } from './toast.tsx';
import { count, LIFECYCLES, percent, relative, stateInWords, type Tone } from './words.ts';

interface Share {
  name: string;
  word: string;
  number: number;
  tone: Tone;
}

const TIER_TONES: Record<string, Tone> = { free: 'calm', pro: 'busy', enterprise: 'odd' };
const STATUS_TONES: Record<string, Tone> = { active: 'good', suspended: 'warn', cancelled: 'bad' };

/** Counts by lifecycle, tier, status and state; each leads to the table. */
export function FleetCard({ overview }: { overview: Overview }) {
  const { total, lifecycle, tier, status, state } = overview;
  const shares = (
    counts: Record<string, number | undefined>,
    of: (name: string) => { word: string; tone: Tone },
  ): Share[] =>
    Object.entries(counts)
      .flatMap(([name, number]) => (number ? [{ name, number, ...of(name) }] : []))
      .sort((a, b) => b.number - a.number);
  const named = (tones: Record<string, Tone>) => (name: string) => ({
    word: name,
    tone: tones[name] ?? 'calm',
  });
  return (
    <Card title="Fleet" class="wide">
      {total === 0 ? (
        <Empty title="No workspaces">POST /workspaces makes one. Is this the right Region and table?</Empty>
      ) : (
        <div class="fleet-shares">
          <Shares
            title="Lifecycle"
            filter="lifecycle"
            total={total}
            shares={shares(lifecycle, (name) => LIFECYCLES[name as 'active'])}
          />
          <Shares title="Tier" filter="tier" total={total} shares={shares(tier, named(TIER_TONES))} />
          <Shares
            title="Subscription"
            filter="status"
            total={total}
            shares={shares(status, named(STATUS_TONES))}
          />
          <Shares
            title="State"
            filter="state"
            total={total}
            shares={shares(state, (name) => stateInWords(name as 'due'))}
          />
        </div>
      )}
    </Card>
  );
}

function Shares({
  title,
  filter,
  total,
  shares,
}: {
  title: string;
  filter: string;
  total: number;
  shares: Share[];
}) {
  return (
    <div class="shares">
      <h3>{title}</h3>
      <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
        {
          shares.reduce<{ parts: preact.JSX.Element[]; x: number }>(
            ({ parts, x }, { name, number, tone }) => {
              const width = (1_000 * number) / total;
              parts.push(
                <rect
                  key={name}
                  x={x}
                  y="0"
                  width={Math.max(0, width - 3)}
                  height="8"
                  class={`fill-${tone}`}
                />,
              );
              return { parts, x: x + width };
            },
            { parts: [], x: 0 },
          ).parts
        }
      </svg>
      <ul>
        {shares.map(({ name, word, number, tone }) => (
          <li key={name}>
            <a href={`#/workspaces?${filter}=${encodeURIComponent(name)}`}>
              <i class={`dot fill-${tone}`} aria-hidden="true" />
              <span>{word}</span>
              <b class="figures">{count(number)}</b>
              <small class="figures muted">{percent(number, total)}</small>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What may be done: pause, enforcement, budgets. */
export function ControlCard({ overview, readOnly }: { overview: Overview; readOnly: boolean }) {
  const [open, setOpen] = useState<'pause' | 'unpause'>();
  const { control, now } = overview;
  const { pause, enforcement, clients, rollout, budgets, problems } = control;
  const others = Object.entries(clients);
  const close = () => setOpen(undefined);
  return (
    <Card
      title="What may be done"
      class="half"
      aside={
        !readOnly && (
          <button type="button" class="button small" onClick={() => setOpen(pause ? 'unpause' : 'pause')}>
            {pause ? 'End the pause' : 'Pause'}
          </button>
        )
      }
    >
      <dl class="facts">
        <dt>Cleanup</dt>
        <dd>
          {problems.length > 0 ? (
            <>
              <Badge tone="bad">Stopped</Badge> CleanupControl is not understood: {problems.join('; ')}
            </>
          ) : pause ? (
            <>
              <Badge tone="bad">Paused</Badge> {relative(pause.at, now)} by {pause.by}: {pause.reason}
            </>
          ) : (
            <Badge tone="good">Running</Badge>
          )}
        </dd>
        <dt>Enforcement</dt>
        <dd>
          {enforcement}
          {rollout &&
            ` for ${[...rollout.clients, `${rollout.percent} % of clients`].join(', ')}; the others are observed`}
          {others.length > 0 && (
            <span class="muted"> · {others.map(([client, mode]) => `${client}: ${mode}`).join(', ')}</span>
          )}
        </dd>
      </dl>
      <Budget title="Archives this hour" use={budgets.archive} />
      <Budget title="Terminations this hour" use={budgets.terminate} />
      {open === 'pause' && <PauseDialog onDone={toast} onClose={close} />}
      {open === 'unpause' && <UnpauseDialog onDone={toast} onClose={close} />}
    </Card>
  );
}

function Budget({ title, use: { used, perHour, perClient } }: { title: string; use: BudgetUse }) {
  return (
    <div class="budget">
      <div>
        <span>{title}</span>
        <span class="figures">
          {count(used)} of {count(perHour)}
        </span>
      </div>
      <progress max={Math.max(1, perHour)} value={Math.min(used, perHour)} aria-label={title} />
      <small class="muted">at most {count(perClient)} for one client</small>
    </div>
  );
}
