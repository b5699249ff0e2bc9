import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, now } from './store.ts';
import { utc } from './words.ts';

/** A question before something is done. It closes by Escape, and gives the focus back. */
export function Dialog(props: {
  title: string;
  confirm: string;
  danger?: boolean;
  children: ComponentChildren;
  onConfirm: () => Promise<void>;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await props.onConfirm();
      dialog.current?.close();
    } catch (failure) {
      setError((failure as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={props.onClose}>
      <form onSubmit={submit}>
        <h2 id="dialog-title">{props.title}</h2>
        {props.children}
        {error !== undefined && (
          <p class="notice tone-bad" role="alert">
            {error}
          </p>
        )}
        <footer>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          <button type="submit" class={`button ${props.danger ? 'danger' : 'primary'}`} disabled={isBusy}>
            {isBusy ? 'Working…' : props.confirm}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

/** Why; the history keeps it. */
function ReasonField({ value, onInput }: { value: string; onInput: (text: string) => void }) {
  return (
    <label class="field">
      <span>Reason</span>
      <textarea
        required
        maxLength={500}
        rows={2}
        value={value}
        placeholder="for those who ask later"
        onInput={(event) => onInput(event.currentTarget.value)}
      />
    </label>
  );
}

const DAY = 86_400;
const PRESETS = [1, 7, 30, 90];

/** A time in UTC, by a preset or to the minute. */
function UntilField(props: {
  value: string;
  isRequired: boolean;
  from: number;
  onInput: (text: string) => void;
}) {
  return (
    <div class="field">
      <label>
        <span>Until (UTC){props.isRequired ? '' : ', or empty: until it is released'}</span>
        <input
          type="datetime-local"
          required={props.isRequired}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      </label>
      <div class="presets">
        {PRESETS.map((days) => (
          <button
            key={days}
            type="button"
            class="button small"
            onClick={() => props.onInput(utc(props.from + days * DAY).replace(' ', 'T'))}
          >
            +{days} d
          </button>
        ))}
      </div>
    </div>
  );
}

export type WorkspaceAction = 'hold' | 'extend' | 'release' | 'resume';

const TEXTS: Record<WorkspaceAction, { title: string; confirm: string; text: string; done: string }> = {
  hold: {
    title: 'Hold',
    confirm: 'Hold it',
    text: 'Nothing is done to it while it is held. What is under way goes back to where it began.',
    done: 'is held',
  },
  extend: {
    title: 'Extend',
    confirm: 'Extend it',
    text: 'Its next deadline moves to this time. Then the rules apply again.',
    done: 'is extended',
  },
  release: {
    title: 'Release',
    confirm: 'Release it',
    text: 'Hold, extension and what an operator has asked for end. The rules apply again, from its true idle time, so it may be due at once; its notice goes out first where one is needed.',
    done: 'is released',
  },
  resume: {
    title: 'Resume',
    confirm: 'Resume it',
    text: 'It counts as used now, and its access is given back by its next wake-up, within two minutes.',
    done: 'will be given back',
  },
};

/** Asks for what an action needs, and does it. */
export function ActionDialog(props: {
  action: WorkspaceAction;
  clientId: string;
  userId: string;
  /** Its next deadline, epoch seconds, from which presets of an extension count. */
  deadline: number | undefined;
  onDone: (message: string) => void;
  onClose: () => void;
}) {
  const { action, clientId, userId } = props;
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const { title, confirm, text, done } = TEXTS[action];
  const asksTime = action === 'hold' || action === 'extend';
  const onConfirm = async () => {
    const path = `workspaces/${encodeURIComponent(clientId)}/${encodeURIComponent(userId)}/${action}`;
    const end = asksTime && until !== '' ? { until: Math.floor(Date.parse(`${until}Z`) / 1_000) } : {};
    await ask(path, { reason, ...end });
    props.onDone(`${clientId}/${userId} ${done}.`);
  };
  const from = action === 'extend' ? Math.max(props.deadline ?? 0, now()) : now();
  return (
    <Dialog
      title={`${title} ${clientId}/${userId}?`}
      confirm={confirm}
      onConfirm={onConfirm}
      onClose={props.onClose}
    >
      <p class="muted">{text}</p>
      <ReasonField value={reason} onInput={setReason} />
      {asksTime && (
        <UntilField value={until} isRequired={action === 'extend'} from={from} onInput={setUntil} />
      )}
    </Dialog>
  );
}

export function PauseDialog({ onDone, onClose }: { onDone: (message: string) => void; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const onConfirm = async () => {
    await ask('pause', { reason });
    onDone('The cleanup is paused.');
  };
  return (
    <Dialog title="Pause the cleanup?" confirm="Pause it" danger onConfirm={onConfirm} onClose={onClose}>
      <p class="muted">
        From the next step on nothing is taken from anybody, in no workspace, until somebody ends the pause.
        Notices go out; what users get back they get back.
      </p>
      <ReasonField value={reason} onInput={setReason} />
    </Dialog>
  );
}

export function UnpauseDialog({
  onDone,
  onClose,
}: {
  onDone: (message: string) => void;
  onClose: () => void;
}) {
  const onConfirm = async () => {
    await ask('unpause', {});
    onDone('The cleanup goes on.');
  };
  return (
    <Dialog title="End the pause?" confirm="Go on" onConfirm={onConfirm} onClose={onClose}>
      <p class="muted">
        What has waited is woken within a minute, as far as the budgets of the hour let it through. Look at
        what is due before you go on.
      </p>
    </Dialog>
  );
}
