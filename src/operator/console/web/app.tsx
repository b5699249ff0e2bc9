import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../protocol.ts';
import './styles/all.css';
import { Boundary } from './boundary.tsx';
import { HelpDialog } from './help.tsx';
import { OverviewPage } from './overview.tsx';
import { Failure, Loading } from './parts.tsx';
import { SampleBar } from './sample-bar.tsx';
import { askSession, listen, useConnection, useNow } from './store.ts';
import { ThemeSwitch } from './theme-switch.tsx';
import { Toasts, toast } from './toast.tsx';
import { hasSampleTime, utc } from './words.ts';
import { WorkspacePageOf } from './workspace.tsx';
import { WorkspacesPage } from './workspaces.tsx';

interface Route {
  path: string[];
  query: URLSearchParams;
}

/** A broken escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What stands behind the `#` of the address, e.g. `#/workspaces?tier=free`. */
function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parts = path.split('/').filter(Boolean);
  return { path: parts.map(decoded), query: new URLSearchParams(query) };
}

function titleOf(place: string): string {
  if (place === '') return 'Overview';
  return place === 'workspaces' ? 'Workspaces' : place.replace('workspaces/', '');
}

function useRoute(): Route {
  const [route, set] = useState(() => routeOf(location.hash));
  const place = route.path.join('/');
  useEffect(() => {
    document.title = `${titleOf(place)} · Workspace cleanup`;
    window.scrollTo(0, 0);
  }, [place]);
  useEffect(() => {
    const onChange = () => set(routeOf(location.hash));
    window.addEventListener('hashchange', onChange);
    return () => window.removeEventListener('hashchange', onChange);
  }, []);
  return route;
}

function App() {
  const [session, setSession] = useState<Session>();
  const [error, setError] = useState<Error>();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const route = useRoute();
  useEffect(() => {
    askSession().then(setSession, setError);
    listen();
  }, []);
  useShortcuts(() => setHelpOpen(true));
  if (error) return <Failure error={error} />;
  if (!session) return <Loading rows={4} />;
  return (
    <>
      <button type="button" class="skip button" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the content
      </button>
      <Header session={session} section={route.path[0] ?? ''} onHelp={() => setHelpOpen(true)} />
      {session.sample && <SampleBar session={session} onError={toast} />}
      <main id="main" tabIndex={-1}>
        <Boundary key={route.path.join('/')}>
          <Page route={route} session={session} />
        </Boundary>
      </main>
      <Toasts />
      {isHelpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
    </>
  );
}

function Page({ route: { path, query }, session }: { route: Route; session: Session }) {
  const [section, clientId, userId] = path;
  if (section === 'workspaces' && clientId !== undefined && userId !== undefined)
    return (
      <WorkspacePageOf key={`${clientId}/${userId}`} clientId={clientId} userId={userId} session={session} />
    );
  if (section !== 'workspaces') return <OverviewPage session={session} />;
  // What is typed makes no steps to go back over.
  const go = (next: URLSearchParams) => {
    const text = String(next);
    history.replaceState(null, '', `#/workspaces${text === '' ? '' : `?${text}`}`);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  };
  return <WorkspacesPage query={query} go={go} />;
}

function Header({ session, section, onHelp }: { session: Session; section: string; onHelp: () => void }) {
  const pages = [
    { name: '', word: 'Overview' },
    { name: 'workspaces', word: 'Workspaces' },
  ];
  return (
    <header class="top">
      <a class="brand" href="#/" aria-label="Workspace cleanup, overview">
        <img src="icon.svg" alt="" width="24" height="24" />
        <span>Workspace cleanup</span>
      </a>
      <nav aria-label="Pages of the console">
        {pages.map(({ name, word }) => (
          <a key={name} href={`#/${name}`} aria-current={section === name ? 'page' : undefined}>
            {word}
          </a>
        ))}
      </nav>
      <div class="top-end">
        {session.readOnly && <span class="chip">Read-only</span>}
        <span class="chip place" title={`table ${session.table}`}>
          {session.place}
        </span>
        <LiveSign hasOwnClock={hasSampleTime(session)} />
        <button type="button" class="icon-button" aria-label="Keys" title="Keys (?)" onClick={onHelp}>
          ?
        </button>
        <ThemeSwitch />
      </div>
    </header>
  );
}

function LiveSign({ hasOwnClock }: { hasOwnClock: boolean }) {
  const { connection } = useConnection();
  const time = useNow();
  const words = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost' } as const;
  return (
    <span class={`live is-${connection}`} role="status">
      <i class="dot" aria-hidden="true" />
      {words[connection]}
      {connection === 'live' && !hasOwnClock && (
        <span class="figures muted clock"> {utc(time, true).slice(11)} UTC</span>
      )}
    </span>
  );
}

function focusSearch(): void {
  const { path } = routeOf(location.hash);
  if (path[0] !== 'workspaces' || path.length > 1) location.hash = '#/workspaces';
  // As soon as the table is there.
  setTimeout(() => window.dispatchEvent(new Event('focussearch')));
}

function goTo(hash: string): void {
  location.hash = hash;
}

/** Whether the key belongs to a field, a dialog, or the browser. */
function isTaken({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test((target as HTMLElement).tagName);
  return isTyping || ctrlKey || metaKey || altKey || document.querySelector('dialog[open]') !== null;
}

/** Keys that work wherever nobody types. */
function useShortcuts(onHelp: () => void): void {
  useEffect(() => {
    const keys: Record<string, () => void> = {
      '/': focusSearch,
      o: () => goTo('#/'),
      w: () => goTo('#/workspaces'),
      '?': onHelp,
    };
    const onKey = (event: KeyboardEvent) => {
      const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
      if (action === undefined || isTaken(event)) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onHelp]);
}

const root = document.getElementById('app');
if (root) render(<App />, root);
