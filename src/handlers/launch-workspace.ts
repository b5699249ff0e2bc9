import { type Installation, type Launch, launchOf, type ToldSubscription } from '../core/launch.ts';
import type { WorkspaceKey } from '../core/workspace-key.ts';
import type { WorkspaceTokens } from '../ports.ts';
import { type StartPorts, startContainer } from './start-container.ts';

export interface LaunchPorts extends StartPorts {
  tokens: Pick<WorkspaceTokens, 'mint'>;
  installation: Installation;
}

export interface Launched extends Launch {
  /** The task of its container, if one was asked for. */
  task: string | undefined;
}

/** All that runs an active workspace whose home is behind `efsAccessPoint`: a token for that, and on request the container. */
export async function launchWorkspace(
  key: WorkspaceKey,
  subscription: ToldSubscription,
  efsAccessPoint: string,
  start: boolean,
  ports: LaunchPorts,
): Promise<Launched> {
  const token = await ports.tokens.mint({ ...key, accessPoint: efsAccessPoint }, ports.clock.now());
  const launch = launchOf(key, subscription, { efsAccessPoint, token }, ports.installation);
  return { ...launch, task: start ? await startContainer(key, launch, ports) : undefined };
}
