import { useEffect, useRef, useState } from 'preact/hooks';
import { LIFECYCLES, STATE_CHOICES } from './words.ts';

const FILTERS = [
  {
    name: 'lifecycle',
    word: 'Lifecycle',
    choices: Object.entries(LIFECYCLES).map(([value, { word }]) => ({ value, word })),
  },
  { name: 'tier', word: 'Tier', choices: plain('free', 'pro', 'enterprise') },
  { name: 'status', word: 'Subscription', choices: plain('active', 'suspended', 'cancelled') },
  {
    name: 'state',
    word: 'State',
    choices: [...STATE_CHOICES, { value: 'held-back', word: 'Kept back, for any reason' }],
  },
] as const;

function plain(...values: string[]) {
  return values.map((value) => ({ value, word: value }));
}

/** What is shown of the fleet: a part of a name, and a choice for each column. */
export function Filters({
  query,
  set,
}: {
  query: URLSearchParams;
  set: (changes: Record<string, string>) => void;
}) {
  const given = query.get('q') ?? '';
  const [text, setText] = useState(given);
  const input = useRef<HTMLInputElement>(null);
  // While somebody types, what has come back from the address is older than what stands here.
  useEffect(() => {
    if (document.activeElement !== input.current) setText(given);
  }, [given]);
  useEffect(() => {
    const onFocusSearch = () => input.current?.focus();
    window.addEventListener('focussearch', onFocusSearch);
    return () => window.removeEventListener('focussearch', onFocusSearch);
  }, []);
  return (
    <search class="filters">
      <label class="search">
        <span class="unseen">Search by client or user</span>
        <input
          ref={input}
          type="search"
          placeholder="Search client/user"
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            set({ q: event.currentTarget.value });
          }}
        />
        <span class="key" aria-hidden="true">
          /
        </span>
      </label>
      {FILTERS.map(({ name, word, choices }) => (
        <select
          key={name}
          aria-label={word}
          value={query.get(name) ?? ''}
          onChange={(event) => set({ [name]: event.currentTarget.value })}
        >
          <option value="">{word}: all</option>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.word}
            </option>
          ))}
        </select>
      ))}
    </search>
  );
}
