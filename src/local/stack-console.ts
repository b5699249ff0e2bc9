import { userInfo } from 'node:os';
import { type Console, createConsolePorts, startConsole } from '../operator/console/console.ts';
import type { Chronicle, Listeners } from './fleet/chronicle.ts';
import { Interventions } from './fleet/interventions.ts';
import type { Stack } from './stack.ts';

/** What the console of a stack is opened with. */
export interface StackConsoleOptions {
  stack: Stack;
  chronicle: Pick<Chronicle, 'rows'>;
  /** The sample fleet, if there is one. */
  director: { start: number; noteIntervention(): void } | undefined;
  /** 0 takes any that is free. */
  port: number;
  readOnly?: boolean;
  /** Where it is; told again each time it has been used. */
  onLink: (link: string) => void;
}

/**
 * The operators' console of the local stack: wiring. It asks the tables as it would on AWS, but what changes it is told by the
 * streams, which the stack follows anyhow; and the sample fleet's time and billing can be changed from it.
 */
export class StackConsole {
  private console: Console | undefined;
  private happened = 0;

  /** The same listeners, with this console beside them, as soon as it is open. */
  beside<Others extends Listeners>(others: Others): Others {
    return {
      ...others,
      change: (change, transition) => {
        this.happened += 1;
        others.change(change, transition);
        this.console?.rowChanged(change.workspace, change.after);
      },
      control: (control) => {
        others.control(control);
        this.console?.controlChanged();
      },
    };
  }

  /** Rejects if the port is taken. */
  async open({
    stack,
    chronicle,
    director,
    port,
    readOnly = false,
    onLink,
  }: StackConsoleOptions): Promise<void> {
    const { clients, configuration, clock } = stack;
    const ports = createConsolePorts(clients.dynamodb, configuration, clock);
    const sample = new Interventions(stack, {
      start: director?.start,
      happened: () => this.happened,
      onIntervention: () => director?.noteIntervention(),
    });
    // The rows have been read, and are followed: a second reading could be older than what the streams have told.
    const fleet = {
      readAll: readFrom(chronicle.rows),
      readKeys: ports.fleet.readKeys.bind(ports.fleet),
    };
    this.console = await startConsole({
      ports: { ...ports, fleet },
      port,
      readOnly,
      by: userInfo().username,
      place: 'local stack',
      table: configuration.workspaceStatusTable,
      sample,
      isFed: true,
      onEntered: () => onLink(this.link()),
    });
    onLink(this.link());
  }

  /** Good for one use. */
  link(): string {
    return this.console?.link() ?? '';
  }

  async close(): Promise<void> {
    await this.console?.close();
  }
}

function readFrom(rows: ReadonlyMap<string, Record<string, unknown>>) {
  return async ({ onPage }: { onPage: (page: Record<string, unknown>[], units: number) => void }) =>
    onPage([...rows.values()], 0);
}
