import { BadInputError } from '../core/errors.ts';
import { dueOfRequest, readLossRequest, refuseRequest, requestedBy } from '../core/operator-request.ts';
import type { Policy } from '../core/policy.ts';
import { showKey } from '../core/workspace-key.ts';
import { type Loss, validRow, type WorkspaceRow } from '../core/workspace-row.ts';
import { type RequestPorts, requestLoss, requestReturn } from '../handlers/request-loss.ts';
import type { Context } from './fleet/context.ts';
import { explainWorkspace } from './fleet/explain.ts';
import type { Ask } from './request-command.ts';
import { plain, type Terminal } from './terminal.ts';
import { showDistance, showSpan, showTime } from './times.ts';

export interface AskPorts extends RequestPorts {
  /** What workspaces are judged by, as of now. */
  context(): Promise<Context>;
}

/** Does what an operator wants, once they have confirmed it. Throws BadInputError where it is refused, or not confirmed. */
export async function ask(wish: Ask, ports: AskPorts, terminal: Terminal): Promise<void> {
  if (wish.what === 'return') return giveBack(wish, ports, terminal);
  const { key, by, reason, json, what: action } = wish;
  const { policy } = await ports.context();
  const request = readLossRequest({ action, by, reason });
  const before = await previewOf(request, key, policy, ports);
  await confirm(wish, action, before, terminal);
  const { row, due } = await requestLoss(key, request, policy, ports);
  tell(row, due, action, await ports.context(), json, terminal);
}

/** What is about to be lost; refused here already, so that nobody types for nothing. */
async function previewOf(
  request: Parameters<typeof requestedBy>[0],
  key: Ask['key'],
  policy: Policy,
  { workspaces, clock }: AskPorts,
): Promise<{ row: WorkspaceRow; due: number; now: number }> {
  const now = clock.now();
  const row = validRow(await workspaces.read(key), key, now);
  const requested = requestedBy(request, row, now);
  refuseRequest(row, requested, policy, now);
  return { row, due: dueOfRequest(row, requested, policy, now), now };
}

async function confirm(
  { key, yes }: Ask,
  action: Loss,
  { row, due, now }: { row: WorkspaceRow; due: number; now: number },
  { print, ask: question, paint }: Terminal,
): Promise<void> {
  const name = showKey(key);
  if (yes !== undefined) return refuseOther(yes, name, '--yes');
  const idle = showSpan(now - row.lastActivity);
  print(`${name}: ${row.subscriptionTier}, ${row.lifecycle}, container ${row.containerStatus}, idle ${idle}`);
  const when = due <= now ? 'within about two minutes' : `${showTime(due)}, ${showDistance(due, now)}`;
  const loss = action === 'archive' ? 'archived: its files stay' : paint.red('terminated: its files go');
  print(`it will be ${loss}, ${when}`);
  const typed = await question(`type ${name} to go on: `);
  if (typed === undefined)
    throw new BadInputError(`nobody is there to type ${name}, expected --yes ${name}; nothing was done`);
  refuseOther(typed.trim(), name, 'what was typed');
}

function refuseOther(typed: string, name: string, place: string): void {
  if (typed === name) return;
  throw new BadInputError(`${place} is ${JSON.stringify(typed)}, expected ${name}; nothing was done`);
}

function tell(
  row: WorkspaceRow,
  due: number,
  action: Loss,
  context: Context,
  json: boolean,
  { print }: Terminal,
): void {
  const { now } = context;
  const explanation = explainWorkspace(row, row, context);
  const obstacles = explanation.reasons.filter(({ kind }) => OBSTACLES.has(kind)).map(({ text }) => text);
  const state = explanation.kind === 'explained' ? explanation.state : 'invalid';
  if (json) {
    const { requested = null } = row;
    print(JSON.stringify({ workspace: showKey(row), state, requested, due, obstacles }));
    return;
  }
  const notice = due > now ? 'notice goes out within about two minutes; it is' : 'it is';
  const when = due > now ? `${showTime(due)}, ${showDistance(due, now)}` : 'within about two minutes';
  print(`${showKey(row)}: asked for; ${notice} ${action === 'archive' ? 'archived' : 'terminated'} ${when}`);
  for (const obstacle of obstacles) print(`but ${plain(obstacle)}`);
}

const OBSTACLES = new Set<string>(['off', 'observe', 'paused', 'control-invalid', 'budget']);

async function giveBack({ key, by, reason, json }: Ask, ports: AskPorts, { print }: Terminal): Promise<void> {
  const { policy, now } = await ports.context();
  const row = await requestReturn(key, { by, ...(reason !== undefined && { reason }) }, policy, ports);
  if (json)
    print(
      JSON.stringify({ workspace: showKey(row), lifecycle: row.lifecycle, returnedAt: row.lastActivity }),
    );
  else
    print(`${showKey(row)}: given back at ${showTime(now)}; its access is restored within about two minutes`);
}
