import type { WorkspaceDetail } from '../protocol.ts';
import { aheadOf, type Moment, pastOf } from './moments.ts';
import { Card } from './parts.tsx';
import { useNow } from './store.ts';
import { length, relative, utc } from './words.ts';

/** What lies ahead, now, and what was: the latest first. */
export function TimelineCard({ detail }: { detail: WorkspaceDetail }) {
  const time = useNow();
  const ahead = aheadOf(detail, time);
  const past = pastOf(detail);
  return (
    <Card title="Timeline" class="timeline-card">
      <ol class="timeline">
        {ahead.map((moment) => (
          <Row key={moment.key} moment={moment} time={time} isAhead />
        ))}
        <li class="moment now">
          <i class="mark" aria-hidden="true" />
          <div>
            <strong>Now</strong> <time class="figures muted">{utc(time)} UTC</time>
          </div>
        </li>
        {past.map((moment) => (
          <Row key={moment.key} moment={moment} time={time} />
        ))}
      </ol>
      {detail.more && <p class="muted">Older entries: `workspacectl history` has all of them.</p>}
    </Card>
  );
}

function Row({ moment, time, isAhead = false }: { moment: Moment; time: number; isAhead?: boolean }) {
  const { at, word, tone, details, by } = moment;
  return (
    <li class={`moment ${isAhead ? 'ahead' : ''}`}>
      <i class={`mark fill-${tone}`} aria-hidden="true" />
      <div>
        <p>
          <strong>{word}</strong>
          <time class="figures muted" title={relative(at, time)}>
            {isAhead ? `${at > time ? `in ${length(at - time)}` : 'due'} · ` : ''}
            {utc(at, true)}
          </time>
        </p>
        {details !== '' && <p class="muted words">{details}</p>}
        {by && <p class="muted by">by {by}</p>}
      </div>
    </li>
  );
}
