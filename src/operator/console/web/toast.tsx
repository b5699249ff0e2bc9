import { useEffect, useState } from 'preact/hooks';

const SHOWN_MS = 5_000;

/** Says for some seconds what was done. */
export function toast(text: string): void {
  window.dispatchEvent(new CustomEvent('toast', { detail: text }));
}

/** Where that is said; screen readers read it out. */
export function Toasts() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer = 0;
    const onToast = (event: Event) => {
      setText((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = window.setTimeout(() => setText(''), SHOWN_MS);
    };
    window.addEventListener('toast', onToast);
    return () => window.removeEventListener('toast', onToast);
  }, []);
  return (
    <div class="toasts" role="status">
      {text !== '' && <p class="toast">{text}</p>}
    </div>
  );
}
