import type { HistoryEntry } from '../../../core/history.ts';
import type { Requested } from '../../../core/workspace-row.ts';
import type { WorkspaceDetail } from '../protocol.ts';
import { detailsInWords, happenedInWords, type Tone } from './words.ts';

/** Something in the timeline of a workspace; `at` in epoch seconds. */
export interface Moment {
  key: string;
  at: number;
  word: string;
  tone: Tone;
  details: string;
  by?: string | undefined;
}

/** What lies ahead at `time` (epoch seconds), the latest first; what an operator has asked for also where it is due. */
export function aheadOf({ explanation, row }: WorkspaceDetail, time: number): Moment[] {
  const moments: Moment[] = [];
  const { next, notice, restoreAt } = explanation ?? {};
  if (next)
    moments.push({
      key: 'next',
      at: next.at,
      word: next.loss === 'archive' ? 'Archive' : 'Terminate',
      tone: next.loss === 'archive' ? 'warn' : 'bad',
      details: 'the deadline',
    });
  if (restoreAt !== undefined)
    moments.push({ key: 'restore', at: restoreAt, word: 'Restore', tone: 'good', details: '' });
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
  const coming = moments.filter(({ at }) => at > time);
  return [...coming, ...askedFor(row)].sort((a, b) => b.at - a.at);
}

/** What an operator has asked for; whoever has used the workspace since has taken it back. */
function askedFor({ requested, lastActivity, lifecycle }: WorkspaceDetail['row']): Moment[] {
  const { action, at, by, reason } = (requested ?? {}) as Partial<Requested>;
  const isDone = lifecycle === 'terminated' || (lifecycle === 'archived' && action === 'archive');
  if (isDone || typeof at !== 'number' || Number(lastActivity) >= at) return [];
  return [{ key: 'request', at, word: `Asked to ${action}`, tone: 'warn', details: `“${reason}”`, by }];
}

/** What was, the latest first. */
export function pastOf({ history, row }: WorkspaceDetail): Moment[] {
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
