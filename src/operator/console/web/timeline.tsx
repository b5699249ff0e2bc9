import type { HistoryEntry } from '../../../core/history.ts';
import type { WorkspaceDetail } from '../protocol.ts';
import { Card } from './parts.tsx';
import { useNow } from './store.ts';
import { detailsInWords, happenedInWords, length, relative, type Tone, utc } from './words.ts';

interface Moment {
  key: string;
  at: number;
  word: string;
  tone: Tone;
  details: string;
  by?: string | undefined;
}

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
            {isAhead ? `in ${length(at - time)} · ` : ''}
            {utc(at, true)}
          </time>
        </p>
        {details !== '' && <p class="muted words">{details}</p>}
        {by && <p class="muted by">by {by}</p>}
      </div>
    </li>
  );
}

function aheadOf({ explanation, row }: WorkspaceDetail, time: number): Moment[] {
  const moments: Moment[] = [];
  const { next, notice } = explanation ?? {};
  if (next)
    moments.push({
      key: 'next',
      at: next.at,
      word: next.loss === 'archive' ? 'Archive' : 'Terminate',
      tone: next.loss === 'archive' ? 'warn' : 'bad',
      details: 'the deadline',
    });
  if (notice?.kind === 'planned')
    moments.push({ key: 'notice', at: notice.at, word: 'Notice', tone: 'calm', details: '' });
  for (const name of ['hold', 'extension'] as const) {
    const until = (row[name] as { until?: unknown } | undefined)?.until;
    if (typeof until === 'number')
      moments.push({
        key: name,
        at: until,
        word: name === 'hold' ? 'Hold ends' : 'Extension ends',
        tone: 'odd',
        details: '',
      });
  }
  return moments.filter(({ at }) => at > time).sort((a, b) => b.at - a.at);
}

function pastOf({ history, row }: WorkspaceDetail): Moment[] {
  const moments: Moment[] = history.map(momentOf);
  if (typeof row.lastActivity === 'number' && row.lastActivity < 1e11)
    moments.push({ key: 'activity', at: row.lastActivity, word: 'Last activity', tone: 'good', details: '' });
  return moments.sort((a, b) => b.at - a.at);
}

function momentOf(entry: HistoryEntry): Moment {
  const { word, tone } = happenedInWords(entry);
  return {
    key: String(entry.sequence),
    at: entry.at,
    word,
    tone,
    details: detailsInWords(entry),
    by: entry.by,
  };
}
