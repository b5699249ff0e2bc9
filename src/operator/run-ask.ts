import { ask } from './ask.ts';
import { connect } from './connection.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { createFleetPorts } from './fleet/fleet-ports.ts';
import { createOperatorPorts } from './operator-ports.ts';
import type { Ask } from './request-command.ts';
import type { Terminal } from './terminal.ts';

/** As `ask`, in the installation that the flags name. `attempt` runs it: what is refused is no failure. */
export async function runAsk(
  wish: Ask,
  flags: ConnectionFlags,
  terminal: Terminal,
  attempt: (run: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const connection = await connect(flags);
  const { workspaces, clock, observer } = await createOperatorPorts(connection, terminal.print);
  const { context } = createFleetPorts(connection);
  await attempt(() => ask(wish, { workspaces, clock, observer, context }, terminal));
}
