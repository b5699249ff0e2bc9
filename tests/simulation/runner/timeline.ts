import pc from 'picocolors';
import type { Story } from '../story/story.ts';
import type { Note } from '../world.ts';

/** What happened, for people to read: how long after the beginning, who, what. */
export function timeline(notes: readonly Note[], { start }: Pick<Story, 'start'>): string {
  const widest = Math.min(44, Math.max(...notes.map(({ who }) => who.length)));
  return notes
    .map(({ at, who, text }) => `${pc.dim(elapsed(at - start))}  ${colour(who)(who.padEnd(widest))}  ${text}`)
    .join('\n');
}

/** E.g. `1d 02:03:04.567`. */
function elapsed(seconds: number): string {
  const milliseconds = Math.round(seconds * 1_000);
  const days = Math.floor(milliseconds / 86_400_000);
  const rest = new Date(milliseconds - days * 86_400_000).toISOString().slice(11, 23);
  return `${String(days).padStart(2)}d ${rest}`;
}

function colour(who: string): (text: string) => string {
  if (who === 'CHECKER') return pc.red;
  if (who === 'Scheduler' || who === 'CleanupControl') return pc.magenta;
  if (who.startsWith('deadlineReached')) return pc.yellow;
  if (who.includes(' shard ')) return pc.cyan;
  return pc.green;
}
