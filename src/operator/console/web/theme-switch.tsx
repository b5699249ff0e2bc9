import { useEffect, useState } from 'preact/hooks';

type Theme = 'light' | 'dark';
/** The same as in theme.ts, which runs before anything is drawn. */
const KEY = 'workspace-console-theme';
const preferred = matchMedia('(prefers-color-scheme: dark)');

function current(): Theme {
  const { theme } = document.documentElement.dataset;
  if (theme === 'light' || theme === 'dark') return theme;
  return preferred.matches ? 'dark' : 'light';
}

/** From light to dark and back. Until it is used the system's setting counts. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(current);
  const [isChosen, setChosen] = useState(document.documentElement.dataset.theme !== undefined);
  useEffect(() => {
    const onChange = () => {
      setTheme(current());
      window.dispatchEvent(new Event('themechange'));
    };
    preferred.addEventListener('change', onChange);
    return () => preferred.removeEventListener('change', onChange);
  }, []);
  const other: Theme = theme === 'dark' ? 'light' : 'dark';
  const choose = () => {
    // Back to what the system says is no choice of one's own.
    const isOwn = other !== (preferred.matches ? 'dark' : 'light');
    if (isOwn) document.documentElement.dataset.theme = other;
    else delete document.documentElement.dataset.theme;
    if (isOwn) localStorage.setItem(KEY, other);
    else localStorage.removeItem(KEY);
    setTheme(other);
    setChosen(isOwn);
    window.dispatchEvent(new Event('themechange'));
  };
  const label = `Use the ${other} scheme`;
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={`${label}${isChosen ? '' : ' (now as the system says)'}`}
      onClick={choose}
    >
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        {theme === 'dark' ? (
          <path d="M10 3v2m0 10v2m7-7h-2M5 10H3m11.950-4.950-1.400 1.400M6.450 13.550l-1.400 1.400m9.900 0-1.400-1.400M6.450 6.450l-1.400-1.400M13 10a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z" />
        ) : (
          <path d="M16.500 11.800A6.800 6.800 0 0 1 8.200 3.500a6.800 6.800 0 1 0 8.300 8.300Z" />
        )}
      </svg>
    </button>
  );
}
