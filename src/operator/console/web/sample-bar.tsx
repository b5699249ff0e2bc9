import { useState } from 'preact/hooks';
import type { Session } from '../protocol.ts';
import { Segments } from './parts.tsx';
import { ask, useConnection, useNow } from './store.ts';
import { hasSampleTime, length, utc } from './words.ts';

function speedWord(speed: number): string {
  if (speed === 0) return 'Stop';
  return speed === 1 ? 'Real time' : `${length(speed)}/s`;
}

/** The controls of the sample fleet: how fast its time passes, and on to the next thing that happens. */
export function SampleBar({ session, onError }: { session: Session; onError: (message: string) => void }) {
  const { speed } = useConnection();
  const time = useNow(250);
  const [isStepping, setStepping] = useState(false);
  const { sample, readOnly } = session;
  if (!hasSampleTime(session) || !sample) return null;
  const act = async (path: string, body: object) => {
    try {
      await ask(path, body);
    } catch (error) {
      onError((error as Error).message);
    }
  };
  const step = async () => {
    setStepping(true);
    await act('sample/step', {});
    setStepping(false);
  };
  const day = sample.start === undefined ? undefined : (time - sample.start) / 86_400;
  return (
    <section class="sample" aria-label="Sample fleet">
      <strong>Sample fleet</strong>
      <span class="figures">
        {day !== undefined && <>day {day.toFixed(2)} · </>}
        {utc(time)} UTC
      </span>
      {sample.speeds.length > 0 && (
        <>
          <Segments
            label="Speed"
            value={speed}
            disabled={readOnly}
            choices={sample.speeds.map((value) => ({ value, word: speedWord(value) }))}
            onChange={(value) => void act('sample/speed', { speed: value })}
          />
          <button
            type="button"
            class="button small"
            disabled={readOnly || isStepping}
            onClick={() => void step()}
          >
            {isStepping ? 'Stepping…' : 'Step to next event'}
          </button>
        </>
      )}
    </section>
  );
}
