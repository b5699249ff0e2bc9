import { filesRootOfProcess } from './aws/environment.ts';
import { PowertoolsObserver } from './aws/powertools-observer.ts';
import { systemClock } from './aws/system-clock.ts';
import { createPurge, type PurgeFunction } from './purge-function.ts';

const observer = new PowertoolsObserver();
const run = createPurge(filesRootOfProcess(), { clock: systemClock, observer });

/** The function as Lambda calls it, in a bundle of its own without any client of AWS. */
export const purge: PurgeFunction = async (event) => {
  try {
    return await run(event);
  } finally {
    observer.flush();
  }
};
