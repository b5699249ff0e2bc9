import type { ComponentChildren } from 'preact';
import type { ShownLifecycle, ShownState } from '../protocol.ts';
import type { ApiError } from './store.ts';
import { LIFECYCLES, stateInWords, type Tone } from './words.ts';

/** A word with its colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge tone-${tone}`}>
      <i class="dot" aria-hidden="true" />
      {children}
    </span>
  );
}

export function LifecycleBadge({ lifecycle }: { lifecycle: ShownLifecycle }) {
  const { word, tone } = LIFECYCLES[lifecycle];
  return <Badge tone={tone}>{word}</Badge>;
}

export function StateText({ state }: { state: ShownState }) {
  const { word, tone } = stateInWords(state);
  return <span class={tone === 'calm' ? 'muted' : `tone-text-${tone}`}>{word}</span>;
}

/** A titled part of a page. */
export function Card(props: {
  title: string;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  const id = `card-${props.title.toLowerCase().replace(/\W+/g, '-')}`;
  return (
    <section class={`card ${props.class ?? ''}`} aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{props.title}</h2>
        {props.aside}
      </header>
      {props.children}
    </section>
  );
}

/** Grey shapes where something will be. */
export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, index) => (
        <i key={index} />
      ))}
    </div>
  );
}

/** Nothing is there, and that is no mistake. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

/** Something went wrong, and what to do. */
export function Failure({ error, retry }: { error: ApiError | Error; retry?: () => void }) {
  return (
    <div class="notice tone-bad" role="alert">
      <p>{error.message}</p>
      {retry && (
        <button type="button" class="button small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** One of a few. */
export function Segments<Value extends string | number>(props: {
  label: string;
  value: Value;
  choices: readonly { value: Value; word: string }[];
  onChange: (value: Value) => void;
  disabled?: boolean;
}) {
  return (
    <fieldset class="segments">
      <legend class="unseen">{props.label}</legend>
      {props.choices.map(({ value, word }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.value}
          disabled={props.disabled}
          onClick={() => props.onChange(value)}
        >
          {word}
        </button>
      ))}
    </fieldset>
  );
}

export function workspaceLink(clientId: string, userId: string): string {
  return `#/workspaces/${encodeURIComponent(clientId)}/${encodeURIComponent(userId)}`;
}
