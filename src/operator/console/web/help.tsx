import { useEffect, useRef } from 'preact/hooks';

const KEYS: [string, string][] = [
  ['o', 'Overview'],
  ['w', 'Workspaces'],
  ['/', 'Search'],
  ['↓ or j, ↑ or k', 'Next and previous workspace of the table'],
  ['Enter', 'Open it'],
  ['Esc', 'Close a dialog'],
];

/** The keys. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {KEYS.map(([key, word]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{word}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" class="button primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </footer>
    </dialog>
  );
}
