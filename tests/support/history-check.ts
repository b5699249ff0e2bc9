import type { HistoryEntry } from '../../src/core/history.ts';
import type { Item } from './memory/table.ts';

/**
 * Where the history of a workspace and its row disagree; empty if they tell the same. The row is replayed from the
 * entries alone: its state, its hold and extension, the notices that count, and what is held back.
 */
export function disagreements(row: Item | undefined, entries: readonly HistoryEntry[]): string[] {
  if (row === undefined) return [];
  const wrongs: string[] = [];
  entries.forEach((entry, index) => {
    if (entry.sequence !== index + 1) wrongs.push(`entry ${index + 1} has the number ${entry.sequence}`);
    if (entry.at < (entries[index - 1]?.at ?? 0))
      wrongs.push(`entry ${entry.sequence} is before the one before`);
  });
  const history = row.history as { sequence: number; at: number } | undefined;
  const last = entries.at(-1);
  if (history?.sequence !== last?.sequence)
    wrongs.push(`the row knows of ${history?.sequence} entries, there are ${last?.sequence}`);
  const lifecycle = row.lifecycle ?? 'active';
  if (last !== undefined && last.lifecycle !== lifecycle)
    wrongs.push(`the row is ${lifecycle}, its last entry says ${last.lifecycle}`);
  return [...wrongs, ...noticeWrongs(row, entries), ...heldBackWrongs(row, entries)];
}

/** Whatever ends what was announced. */
const ENDS_NOTICES = new Set<HistoryEntry['what']>(['held', 'extended', 'released']);

function noticeWrongs({ notices = {} }: Item, entries: readonly HistoryEntry[]): string[] {
  const counting = new Map<string, number | undefined>();
  for (const { what, loss, deadline } of entries) {
    if (ENDS_NOTICES.has(what)) counting.clear();
    if (what === 'expiring' && loss !== undefined) counting.set(loss, deadline);
  }
  return (['archive', 'terminate'] as const).flatMap((loss) => {
    const deadline = (notices as Record<string, { deadline: number } | undefined>)[loss]?.deadline;
    if (deadline === counting.get(loss)) return [];
    return [`the row has a notice of ${loss} for ${deadline}, its history one for ${counting.get(loss)}`];
  });
}

/** That something is no longer held back needs no entry: what came of it has one. */
function heldBackWrongs({ heldBack }: Item, entries: readonly HistoryEntry[]): string[] {
  if (heldBack === undefined) return [];
  const { matter, deadline, reason } = heldBack as Record<string, unknown>;
  const last = entries.findLast(({ what }) => what === 'held-back');
  if (last?.matter === matter && last?.deadline === deadline && last?.heldBackBy === reason) return [];
  return [`the row holds back ${matter} by ${reason}, its history ${last?.matter} by ${last?.heldBackBy}`];
}
