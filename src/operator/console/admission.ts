import type { IncomingHttpHeaders } from 'node:http';

/** A request, as far as it matters for whether it is let in. */
export interface Arrival {
  method: string;
  /** With its query, as in the request line. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** What lets a request in. */
export interface House {
  port: number;
  /** Where everything lies, e.g. `/Zk3…/`: nobody guesses it, so no other server of this machine is sent the cookie. */
  base: string;
  cookieName: string;
  readOnly: boolean;
  isSession: (session: string | undefined) => boolean;
}

export type Admission =
  /** Somebody brings a token. */
  | { kind: 'enter'; token: string }
  /** `path` is what follows the base, e.g. `api/overview`. */
  | { kind: 'admitted'; path: string; query: URLSearchParams }
  | { kind: 'refused'; status: number; reason: string };

/** Where the link leads. */
export const ENTRANCE = '/open';

/** What changes nothing but what this server knows. */
const HARMLESS_POSTS = new Set(['api/reload']);

/** Whether a request is let in: pure, and everything that is not known to be right is refused. */
export function admit({ method, url, headers }: Arrival, house: House): Admission {
  const { host } = headers;
  // A name that was bound anew to 127.0.0.1 is not one of ours, whatever page it belongs to.
  if (host !== `127.0.0.1:${house.port}` && host !== `localhost:${house.port}`)
    return refused(403, 'the request is for another host');
  const origin = `http://${host}`;
  if (headers.origin !== undefined && headers.origin !== origin)
    return refused(403, 'the request comes from another origin');
  const [path = '', search = ''] = url.split('?', 2);
  const query = new URLSearchParams(search);
  if (path === ENTRANCE) {
    const token = query.get('token');
    if (method !== 'GET' || !token) return refused(400, 'the link has no token');
    return { kind: 'enter', token };
  }
  if (!path.startsWith(house.base)) return refused(404, 'there is nothing here');
  if (!house.isSession(cookieOf(headers.cookie, house.cookieName)))
    return refused(401, 'this browser has no session');
  const inner = path.slice(house.base.length);
  return refuseByKind(method, inner, headers, house) ?? { kind: 'admitted', path: inner, query };
}

function refuseByKind(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  { readOnly }: House,
): Admission | undefined {
  const site = headers['sec-fetch-site'];
  // Browsers say from where a page asks; programs say nothing.
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused(403, 'the request comes from another site');
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (method !== 'POST') return refused(405, 'expected GET or POST');
  if (headers.origin === undefined) return refused(403, 'the request does not say where it comes from');
  if (headers['content-type'] !== 'application/json') return refused(415, 'expected application/json');
  if (readOnly && !HARMLESS_POSTS.has(path))
    return refused(403, 'this console is read-only: it was started with --read-only');
  return undefined;
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}

function refused(status: number, reason: string): Admission {
  return { kind: 'refused', status, reason };
}
