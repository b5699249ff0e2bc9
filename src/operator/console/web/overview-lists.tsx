import type { Overview } from '../protocol.ts';
import { Card, Empty, workspaceLink } from './parts.tsx';
import { useNow } from './store.ts';
import { detailsAndWho, happenedInWords, length, relative, utc } from './words.ts';

/** Who loses something next. */
export function NextCard({ overview: { upcoming } }: { overview: Overview }) {
  const time = useNow(500);
  return (
    <Card title="Next" class="third">
      {upcoming.length === 0 ? (
        <Empty title="Nothing lies ahead">No workspace loses anything if nobody writes its row.</Empty>
      ) : (
        <ol class="next-list">
          {upcoming.map(({ clientId, userId, next }) => (
            <li key={`${clientId}/${userId}`}>
              <a href={workspaceLink(clientId, userId)}>
                {clientId}/{userId}
              </a>
              <span class={next?.loss === 'terminate' ? 'tone-text-bad' : 'tone-text-warn'}>
                {next?.loss}
              </span>
              <span class="figures">
                {next && (next.at <= time ? 'due' : `in ${length(next.at - time)}`)}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

/** What was done last, and by whom. */
export function RecentCard({ overview: { recent } }: { overview: Overview }) {
  const time = useNow();
  return (
    <Card title="What happened" class="wide">
      {recent.length === 0 ? (
        <Empty title="Nothing yet">Every decision that changes something will stand here.</Empty>
      ) : (
        <ul class="happened">
          {recent.map((entry) => {
            const { word, tone } = happenedInWords(entry);
            const [clientId = '', userId] = entry.workspace.split('/');
            return (
              <li key={`${entry.workspace}${entry.sequence}`}>
                <time class="figures muted" title={`${utc(entry.at, true)} UTC`}>
                  {relative(entry.at, time)}
                </time>
                <span class={`happening tone-text-${tone}`}>{word}</span>
                {userId === undefined ? (
                  <span>the cleanup</span>
                ) : (
                  <a href={workspaceLink(clientId, userId)}>{entry.workspace}</a>
                )}
                <span class="muted words">{detailsAndWho(entry)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
