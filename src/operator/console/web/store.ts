import { useEffect, useRef, useState } from 'preact/hooks';
import type { Session, Tick } from '../protocol.ts';

/** How the page stands with its server. */
export type Connection = 'connecting' | 'live' | 'lost';

/** A page asks again no more often than this, in ms, however much changes. */
const SHORTEST_MS = 500;
/** And no more rarely, so that the server knows what is on the screen. */
const LONGEST_MS = 10_000;

/** And of a fleet whose time runs ahead, where a page grows old sooner. */
const LONGEST_FAST_MS = 1_000;
/** No tick is as far ahead as this, so nor is the time that we think it is. */
const LONGEST_GUESS_SECONDS = 1.2;

let last: Tick & { receivedAt: number } = {
  now: Date.now() / 1_000,
  speed: 1,
  version: -1,
  receivedAt: performance.now(),
};
let connection: Connection = 'connecting';
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** How fast it went between the last two ticks: a sample fleet's clock stands still while there is work. */
let pace = 1;

/** The fleet's time, epoch seconds. */
export function now(): number {
  const seconds = Math.min((performance.now() - last.receivedAt) / 1_000, LONGEST_GUESS_SECONDS);
  return last.now + seconds * pace;
}

export function speed(): number {
  return last.speed;
}

/** Listens to the server for as long as the page is open. The browser connects again by itself. */
export function listen(): void {
  const source = new EventSource('api/events');
  source.onmessage = ({ data }) => {
    const tick = JSON.parse(data) as Tick;
    const receivedAt = performance.now();
    const seconds = Math.max(0.05, (receivedAt - last.receivedAt) / 1_000);
    pace = tick.speed === 1 ? 1 : Math.min(tick.speed, Math.max(0, (tick.now - last.now) / seconds));
    last = { ...tick, receivedAt };
    connection = 'live';
    tell();
  };
  source.onerror = () => {
    connection = 'lost';
    tell();
  };
}

export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** What the server answers, as JSON. Throws ApiError with words for a person. */
export async function ask<Answer>(path: string, body?: unknown): Promise<Answer> {
  const init: RequestInit =
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(`api/${path}`, init);
  } catch {
    throw new ApiError(
      0,
      'The console does not answer. Is it still running? Start it again and open its new link.',
    );
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer as Answer;
  if (response.status === 401)
    throw new ApiError(401, 'This session has ended. Open the link that the console prints now.');
  throw new ApiError(
    response.status,
    String((answer as { error?: unknown }).error ?? `It answered ${response.status}.`),
  );
}

/** Renders again when the server says something, and at least every `everyMs`. Returns the fleet's time. */
export function useNow(everyMs = 1_000): number {
  const [, render] = useState(0);
  useEffect(() => {
    const onTick = () => render((count) => count + 1);
    const timer = setInterval(onTick, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now();
}

export function useConnection(): { connection: Connection; speed: number; version: number } {
  const [state, set] = useState({ connection, speed: last.speed, version: last.version });
  useEffect(() => {
    const onTick = () =>
      set((before) =>
        before.connection === connection && before.speed === last.speed && before.version === last.version
          ? before
          : { connection, speed: last.speed, version: last.version },
      );
    listeners.add(onTick);
    return () => void listeners.delete(onTick);
  }, []);
  return state;
}

export interface Live<Answer> {
  /** What was answered last; of this very question. */
  data: Answer | undefined;
  error: ApiError | undefined;
  refresh: () => void;
}

/** Asks, and asks again whenever something is different. What was answered last stays meanwhile. */
export function useLive<Answer>(path: string): Live<Answer> {
  const [state, set] = useState<{ path: string; data?: Answer; error?: ApiError }>({ path });
  const refreshRef = useRef(() => {});
  useEffect(() => {
    let isOver = false;
    let isAsking = false;
    let askedAt = Number.NEGATIVE_INFINITY;
    let version = -2;
    const fetchNow = async () => {
      if (isAsking || isOver) return;
      isAsking = true;
      askedAt = performance.now();
      version = last.version;
      try {
        const data = await ask<Answer>(path);
        if (!isOver) set({ path, data });
      } catch (error) {
        if (!isOver)
          set((before) => ({ ...(before.path === path ? before : { path }), error: error as ApiError }));
      }
      isAsking = false;
    };
    const look = () => {
      const age = performance.now() - askedAt;
      if (
        (version !== last.version && age >= SHORTEST_MS) ||
        age >= (last.speed === 1 ? LONGEST_MS : LONGEST_FAST_MS)
      )
        void fetchNow();
    };
    refreshRef.current = () => void fetchNow();
    void fetchNow();
    const timer = setInterval(look, SHORTEST_MS / 2);
    return () => {
      isOver = true;
      clearInterval(timer);
    };
  }, [path]);
  const isOfPath = state.path === path;
  return {
    data: isOfPath ? state.data : undefined,
    error: isOfPath ? state.error : undefined,
    refresh: () => refreshRef.current(),
  };
}

export function askSession(): Promise<Session> {
  return ask<Session>('session');
}
