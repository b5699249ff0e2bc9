import { BadInputError } from '../core/errors.ts';
import { MINIMUM_REPORT_SECONDS, readHeartbeat } from '../core/heartbeat.ts';
import { isToBeRenewed, type VerifiedPass } from '../core/workspace-token.ts';
import type { Clock, HttpAnswer, HttpRequest, Observer, Workspaces, WorkspaceTokens } from '../ports.ts';
import { answerOf, recordActivity } from './activity.ts';
import { answer, readJson } from './http.ts';

export interface ReportPorts {
  workspaces: Pick<Workspaces, 'recordActivity' | 'read'>;
  tokens: WorkspaceTokens;
  clock: Pick<Clock, 'now'>;
  observer: Observer;
}

const BEARER = /^Bearer +([\w.-]+)$/i;

/**
 * `POST /activity` with `Authorization: Bearer <token>`: a container reports on its own workspace: `{lastActivity?,
 * containerStatus?, taskArn?, unsavedWork?}`, with neither of the first two "in use now", or `{renew: true}`, which is no
 * report at all. The answer has a new `token` once half of the old one's life has passed.
 *
 * Which workspace it is, the token says; the table says whether the token's access point is still the workspace's, in the
 * very write. So a token is revoked by archiving, and one from before is none after the workspace has been given back.
 * Whatever is wrong with a token, the answer is the same.
 */
export function report(request: HttpRequest, ports: ReportPorts): Promise<HttpAnswer> {
  return answer(request, ports.observer, async ({ body, headers }) => {
    const now = ports.clock.now();
    const pass = await verifiedPass(headers.authorization, now, ports);
    const said = readJson(body === '' ? '{}' : body);
    refuseOthers(said, pass);
    const answered = asksForTokenOnly(said)
      ? await answerIfEntitled(pass, ports)
      : await take(said, pass, now, ports);
    if (answered.status !== 200 || !(asksForTokenOnly(said) || isToBeRenewed(pass, now))) return answered;
    return { ...answered, body: { ...answered.body, token: await ports.tokens.mint(pass, now) } };
  });
}

async function verifiedPass(
  authorization: string | undefined,
  now: number,
  { tokens, observer }: ReportPorts,
): Promise<VerifiedPass> {
  const [, token] = BEARER.exec(authorization ?? '') ?? [];
  const pass = token === undefined ? undefined : await tokens.verify(token, now);
  if (pass !== undefined) return pass;
  observer.count('TokenRefused');
  throw notValid();
}

/** A report may name its workspace, as it had to without a token; it may name no other. */
function refuseOthers(said: unknown, { clientId, userId }: VerifiedPass): void {
  const named = (said ?? {}) as { clientId?: unknown; userId?: unknown };
  const isOwn = (named.clientId ?? clientId) === clientId && (named.userId ?? userId) === userId;
  if (!isOwn) throw notValid();
}

function asksForTokenOnly(said: unknown): boolean {
  return (said as { renew?: unknown } | null)?.renew === true;
}

async function answerIfEntitled(
  { clientId, userId, accessPoint }: VerifiedPass,
  { workspaces }: ReportPorts,
): Promise<HttpAnswer> {
  const row = (await workspaces.read({ clientId, userId })) as { efsAccessPoint?: unknown } | undefined;
  if (row?.efsAccessPoint !== accessPoint) throw notValid();
  return { status: 200, body: { recorded: false } };
}

async function take(
  said: unknown,
  { clientId, userId, accessPoint }: VerifiedPass,
  now: number,
  { workspaces }: ReportPorts,
): Promise<HttpAnswer> {
  // What is no object has no members that could name anything.
  const input = isObject(said) ? { ...said, clientId, userId } : said;
  const heartbeat = readHeartbeat(input, now);
  const result = await recordActivity({ ...heartbeat, terms: { accessPoint, receivedAt: now } }, workspaces);
  // That a workspace is gone is nothing that a token for it has to be told.
  if (result === 'unknown-workspace' || result === 'not-entitled') throw notValid();
  const answered = answerOf(result);
  if (result !== 'too-often') return answered;
  return { ...answered, headers: { 'retry-after': String(MINIMUM_REPORT_SECONDS) } };
}

function notValid(): BadInputError {
  return new BadInputError('the token is not valid', 401);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
