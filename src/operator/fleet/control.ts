import { controlTableOf } from '../../aws/configured-tables.ts';
import { type Control, parseControl } from '../../core/control.ts';
import { InstallationError } from '../../core/errors.ts';
import type { Connection } from './deployed-stage.ts';

/** What is set in `CleanupControl`. Throws InstallationError where it is not understood: then the functions do nothing either. */
export async function readControl({ configuration, clients }: Connection): Promise<Control> {
  const parsed = parseControl(await controlTableOf(configuration, clients).read());
  if (parsed.kind === 'valid') return parsed.control;
  throw new InstallationError(
    `the item of CleanupControl is not valid, so nothing is done: ${parsed.problems.join('; ')}; mend it in the table first`,
  );
}
