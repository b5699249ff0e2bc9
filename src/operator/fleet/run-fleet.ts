import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../aws/system-clock.ts';
import { showKey } from '../../core/workspace-key.ts';
import { connect } from '../connection.ts';
import type { ConnectionFlags } from '../connection-options.ts';
import type { Terminal } from '../terminal.ts';
import { explainWorkspace } from './explain.ts';
import { explanationLines } from './explanation-lines.ts';
import { LOOK_EXIT, type Look } from './fleet-command.ts';
import { createFleetPorts, type FleetPorts } from './fleet-ports.ts';
import { listAll, listUpcoming } from './list-fleet.ts';
import { listLines } from './list-lines.ts';
import { lookAtWorkspace, shownLines } from './show.ts';

/** Shows what an operator wants to see; returns the exit code. */
export async function runFleet(
  look: Look,
  json: boolean,
  flags: ConnectionFlags,
  terminal: Terminal,
): Promise<number> {
  const ports = createFleetPorts(await connect(flags));
  if (look.kind === 'list') return list(look, json, ports, terminal);
  return showOne(look, json, ports, terminal);
}

async function list(
  look: Extract<Look, { kind: 'list' }>,
  json: boolean,
  { reader, context: read }: FleetPorts,
  terminal: Terminal,
): Promise<number> {
  const context = await read();
  const page = look.all
    ? await listAll(reader, look, context, pacer(look.rowsPerSecond))
    : await listUpcoming(reader, look, context);
  if (json) terminal.print(JSON.stringify(page));
  else for (const line of listLines(page, context.now, terminal)) terminal.print(line);
  return LOOK_EXIT.shown;
}

async function showOne(
  { kind, key }: Exclude<Look, { kind: 'list' }>,
  json: boolean,
  { reader, context: read, show }: FleetPorts,
  terminal: Terminal,
): Promise<number> {
  const context = await read();
  const [row] = await reader.rows([key]);
  if (row === undefined) {
    process.stderr.write(
      `workspacectl: there is no workspace ${showKey(key)}, expected one that list --all shows\n`,
    );
    return LOOK_EXIT.none;
  }
  const tell = (told: object, lines: () => string[]) => {
    if (json) terminal.print(JSON.stringify(told));
    else for (const line of lines()) terminal.print(line);
  };
  if (kind === 'explain') {
    const explanation = explainWorkspace(row, key, context);
    tell(explanation, () => explanationLines(explanation, terminal));
    return explanation.kind === 'invalid' ? LOOK_EXIT.none : LOOK_EXIT.shown;
  }
  const shown = await lookAtWorkspace(row as Record<string, unknown>, key, context, show);
  tell(shown, () => shownLines(shown, terminal));
  return shown.problems.length > 0 ? LOOK_EXIT.none : LOOK_EXIT.shown;
}

/** Rows of a page. */
const PAGE_ROWS = 100;

/** Keeps pages apart, so that there are no more than so many rows within a second. */
function pacer(rowsPerSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = systemClock.now();
    const wait = next - now;
    next = Math.max(now, next) + PAGE_ROWS / rowsPerSecond;
    if (wait > 0) await setTimeout(wait * 1_000);
  };
}
