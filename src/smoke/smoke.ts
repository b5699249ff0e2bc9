import { randomBytes } from 'node:crypto';
import { scheduleName } from '../aws/scheduler-timers.ts';
import type { SmokeOptions } from './options.ts';
import type { SmokeClock } from './ports.ts';
import { type Access, openStage } from './stage.ts';
import { runStory } from './story.ts';

/**
 * One smoke test of a deployed stage. Throws SmokeFailure where the stage does not do what it should, BadInputError where it
 * cannot be tested, and what the SDK throws where AWS is in the way.
 */
export async function smoke(
  options: SmokeOptions,
  access: Access,
  clock: SmokeClock,
  say: (line: string) => void,
): Promise<void> {
  const stage = await openStage(options, access, say);
  const { configuration } = stage;
  try {
    await runStory(
      {
        clientId: `smoke-${randomBytes(6).toString('hex')}`,
        startsContainers: configuration.baseTaskDefinition !== undefined,
        scheduleName,
        deadlineFunctionArn: configuration.schedules.targetArn,
        patienceSeconds: options.patience,
      },
      { ...stage, clock, say },
    );
  } finally {
    await stage.close();
  }
}
