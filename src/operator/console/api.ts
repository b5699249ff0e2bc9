import { z } from 'zod';
import { describeProblems } from '../../core/describe-problems.ts';
import { BadInputError } from '../../core/errors.ts';
import { type WorkspaceKey, workspaceKeySchema } from '../../core/workspace-key.ts';
import { type ActionPorts, actOnSystem, actOnWorkspace } from './actions.ts';
import { type Session, SORT_KEYS } from './protocol.ts';
import type { TableQuery } from './table-query.ts';

export interface ApiPorts extends ActionPorts {
  readOnly: boolean;
  place: string;
  table: string;
  /** Somebody has these workspaces on the screen. */
  onShown: (ids: readonly string[]) => void;
  /** Reads the fleet again from beginning to end. */
  reload: () => void;
}

const SYSTEM_ACTIONS = new Set(['pause', 'unpause', 'sample/speed', 'sample/step', 'sample/subscription']);

/** Pages of the table are at most this long. */
const LARGEST_PAGE = 200;
const choice = z.string().max(40).optional();
const querySchema = z.object({
  q: z.string().max(200).default(''),
  lifecycle: choice,
  tier: choice,
  status: choice,
  state: choice,
  sort: z.enum(SORT_KEYS).default('next'),
  order: z.enum(['asc', 'desc']).default('asc'),
  page: z.coerce.number().int().min(0).max(1_000_000).default(0),
  size: z.coerce.number().int().min(1).max(LARGEST_PAGE).default(50),
});

/** Answers a GET; undefined if there is nothing by that name. `path` is e.g. `overview`. Throws BadInputError. */
export async function answerGet(path: string, query: URLSearchParams, ports: ApiPorts): Promise<unknown> {
  switch (path) {
    case 'session':
      return sessionOf(ports);
    case 'overview':
      return shown(ports.fleet.overview(), ({ upcoming }) => upcoming, ports);
    case 'workspaces':
      return shown(ports.fleet.page(readQuery(query)), ({ lines }) => lines, ports);
    default: {
      const key = keyIn(path);
      if (key === undefined) return undefined;
      const detail = await ports.fleet.detail(key);
      if (detail === undefined)
        throw new BadInputError(`there is no workspace ${key.clientId}/${key.userId}`, 404);
      return shown(detail, ({ line }) => [line], ports);
    }
  }
}

/** Does what a POST asks for, with its body as parsed JSON. False if there is nothing by that name. Throws BadInputError. */
export async function answerPost(path: string, body: unknown, ports: ApiPorts): Promise<boolean> {
  if (path === 'reload') {
    ports.reload();
    return true;
  }
  if (SYSTEM_ACTIONS.has(path)) {
    await actOnSystem(path, body, ports);
    return true;
  }
  const [, workspace, action] = /^(.*)\/([a-z]+)$/.exec(path) ?? [];
  const key = workspace === undefined ? undefined : keyIn(workspace);
  if (key === undefined || action === undefined) return false;
  await actOnWorkspace(action, key, body, ports);
  return true;
}

function sessionOf({ ports, sample, place, table, by, readOnly }: ApiPorts): Session {
  return {
    now: ports.clock.now(),
    speed: sample?.speed() ?? 1,
    place,
    table,
    by,
    readOnly,
    sample: sample && { speeds: [...sample.speeds], start: sample.start },
  };
}

function shown<Answer>(
  answer: Answer,
  linesOf: (answer: Answer) => { clientId: string; userId: string }[],
  { onShown }: ApiPorts,
): Answer {
  onShown(linesOf(answer).map(({ clientId, userId }) => `${clientId}/${userId}`));
  return answer;
}

function readQuery(query: URLSearchParams): TableQuery {
  const given = Object.fromEntries([...query].filter(([, value]) => value !== ''));
  const result = querySchema.safeParse(given);
  if (!result.success) throw new BadInputError(describeProblems(result.error, given).join('; '));
  const { q: search, order, ...rest } = result.data;
  return { search, descending: order === 'desc', ...rest } as TableQuery;
}

/** `workspaces/<client>/<user>`, each part escaped as in an address. Undefined if it is not that. */
function keyIn(path: string): WorkspaceKey | undefined {
  const [, client, user] = /^workspaces\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (client === undefined || user === undefined) return undefined;
  try {
    const key = { clientId: decodeURIComponent(client), userId: decodeURIComponent(user) };
    const parsed = workspaceKeySchema.safeParse(key);
    if (parsed.success) return parsed.data;
  } catch {
    // A broken escape names no workspace.
  }
  throw new BadInputError('the address names no workspace that could be one', 404);
}
