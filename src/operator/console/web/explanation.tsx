import type { Explanation, RuleTried } from '../protocol.ts';
import { Badge, Card } from './parts.tsx';
import { useConnection, useNow } from './store.ts';
import { length, type Tone, utc } from './words.ts';

/** What happens next, counted down, and why nothing has happened yet. */
export function ExplanationCard({ explanation }: { explanation: Explanation }) {
  const { headline, next, notice, because, movers } = explanation;
  const { speed } = useConnection();
  const time = useNow(speed === 1 ? 1_000 : 200);
  return (
    <Card title="What happens next">
      {next && (
        <div class={`countdown ${next.loss}`}>
          <span>{next.loss === 'archive' ? 'Archive' : 'Terminate'}</span>
          <strong class="figures">{next.at <= time ? 'due' : countdown(next.at - time)}</strong>
          <span class="figures muted">{utc(next.at, true)} UTC</span>
        </div>
      )}
      <p class="headline">{headline}</p>
      {notice && (
        <p class="muted">
          {notice.kind === 'given' ? 'Its notice was given at' : 'Its notice goes out at'}{' '}
          <span class="figures">{utc(notice.at)} UTC</span>.
        </p>
      )}
      {because.length > 0 && (
        <>
          <h3>Why nothing has happened so far</h3>
          <ul class="plain">
            {because.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </>
      )}
      {movers.length > 0 && (
        <>
          <h3>What would move it</h3>
          <ul class="plain">
            {movers.map((mover) => (
              <li key={mover}>{mover}</li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** e.g. `6 d 23:59:59`, which does not jump in width. */
function countdown(seconds: number): string {
  const whole = Math.floor(seconds);
  const clock = [3_600, 60, 1].map((unit) =>
    String(Math.floor(whole / unit) % (unit === 3_600 ? 24 : 60)).padStart(2, '0'),
  );
  const days = Math.floor(whole / 86_400);
  return `${days > 0 ? `${days} d ` : ''}${clock.join(':')}`;
}

const OUTCOMES: Record<RuleTried['outcome'], { word: string; tone: Tone }> = {
  decides: { word: 'Decides', tone: 'warn' },
  holds: { word: 'Holds, after another', tone: 'calm' },
  waits: { word: 'Not yet', tone: 'good' },
  'not-applicable': { word: 'Does not apply', tone: 'calm' },
};

/** The rules in their order, with the values that were tried. */
export function RulesCard({ explanation: { rules } }: { explanation: Explanation }) {
  return (
    <Card title="Rules tried" aside={<span class="muted">the first that holds decides</span>}>
      <ol class="rules">
        {rules.map(
          ({ rule, when, action, applies, why, idleSeconds, idleLimitSeconds, holdsFrom, outcome }) => {
            const { word, tone } = OUTCOMES[outcome];
            return (
              <li key={rule} class={applies ? '' : 'is-off'}>
                <div class="rule-head">
                  <strong>
                    {action} if {when}
                  </strong>
                  <Badge tone={tone}>{word}</Badge>
                </div>
                {idleLimitSeconds === undefined ? (
                  <p class="muted">{why}</p>
                ) : (
                  <>
                    <progress
                      max={idleLimitSeconds}
                      value={Math.min(idleSeconds, idleLimitSeconds)}
                      aria-label={`idle ${length(idleSeconds)} of ${length(idleLimitSeconds)}`}
                    />
                    <p class="muted figures">
                      idle {length(idleSeconds)} of {length(idleLimitSeconds)}
                      {holdsFrom !== undefined && ` · holds from ${utc(holdsFrom, true)} UTC`}
                    </p>
                  </>
                )}
              </li>
            );
          },
        )}
      </ol>
    </Card>
  );
}
