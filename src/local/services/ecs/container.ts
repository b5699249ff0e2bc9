import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type LeashedProcess, spawnOnLeash } from '../../processes/leash.ts';
import { reporterFile } from '../../processes/reporter-file.ts';
import type { Overrides } from './task.ts';
import type { TaskDefinition } from './task-definitions.ts';

const SAMPLE_CONTAINER = fileURLToPath(new URL('../../processes/sample-container.mjs', import.meta.url));

/** Fargate's time between SIGTERM and SIGKILL where the container definition says none. */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

/**
 * Starts the sample container program in `home` and resolves when it is ready for signals, or has already
 * exited. It runs in place of every image: images are not pulled, and `command` and `entryPoint` are not run,
 * because whoever can reach the endpoint could run anything on this machine with them. For the same reason the
 * environment goes as data that the program reads itself, where NODE_OPTIONS or LD_PRELOAD have no power.
 */
export async function startContainer(
  home: string,
  environment: Record<string, string>,
): Promise<LeashedProcess> {
  const container = await spawnOnLeash(process.execPath, [SAMPLE_CONTAINER], {
    cwd: home,
    env: { CONTAINER_ENVIRONMENT: JSON.stringify(environment), REPORTER: await reporterFile() },
  });
  container.stderr.resume();
  await Promise.race([once(container.stdout, 'data'), container.exited]);
  container.stdout.resume();
  return container;
}

/** The container that stands for the task: the first essential one. A task has one process in the local stack. */
function mainContainer({ containerDefinitions }: TaskDefinition) {
  const main = containerDefinitions.find(({ essential }) => essential) ?? containerDefinitions[0];
  if (!main) throw new Error('A task definition has at least one container');
  return main;
}

/** The main container's environment with the task's overrides over it. */
export function environmentOf(definition: TaskDefinition, overrides: Overrides): Record<string, string> {
  const { name, environment } = mainContainer(definition);
  const changes = overrides.containerOverrides?.filter((override) => override.name === name) ?? [];
  const variables = [...environment, ...changes.flatMap(({ environment = [] }) => environment)];
  return Object.fromEntries(variables.map(({ name, value }) => [name, value]));
}

/** How long the main container may take to end after SIGTERM, in ms of real time. */
export function stopTimeoutMs(definition: TaskDefinition): number {
  return (mainContainer(definition).stopTimeout ?? DEFAULT_STOP_TIMEOUT_SECONDS) * 1000;
}

/** The access point that the task has for its home, if any: that of its first volume with one. */
export function homeVolume({ volumes }: TaskDefinition) {
  for (const { efsVolumeConfiguration } of volumes) {
    const accessPointId = efsVolumeConfiguration?.authorizationConfig?.accessPointId;
    if (accessPointId) return { fileSystemId: efsVolumeConfiguration.fileSystemId, accessPointId };
  }
  return undefined;
}
