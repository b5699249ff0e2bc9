import { createClients } from './aws/clients.ts';
import { configurationOfProcess } from './aws/environment.ts';
import { PowertoolsObserver } from './aws/powertools-observer.ts';
import { systemClock } from './aws/system-clock.ts';
import { createFunctions, type Functions } from './functions.ts';

/** Everything that lives as long as the execution environment. A bad configuration stops it here, by name. */
const observer = new PowertoolsObserver();
const functions = createFunctions(configurationOfProcess(), {
  clients: createClients(),
  clock: systemClock,
  observer,
});

/** The function as Lambda calls it: metrics leave with the invocation that counted them, also when it failed. */
function entryPoint<Name extends keyof Functions>(name: Name): Functions[Name] {
  const run = functions[name] as (event: unknown) => Promise<unknown>;
  return (async (event: unknown) => {
    try {
      return await run(event);
    } finally {
      observer.flush();
    }
  }) as Functions[Name];
}

export const workspaceChanged = entryPoint('workspaceChanged');
export const deadlineReached = entryPoint('deadlineReached');
export const accountChanged = entryPoint('accountChanged');
export const controlChanged = entryPoint('controlChanged');
export const publishEvents = entryPoint('publishEvents');
export const overdueCheck = entryPoint('overdueCheck');
export const stripeWebhook = entryPoint('stripeWebhook');
export const billingWebhook = entryPoint('billingWebhook');
export const activity = entryPoint('activity');
export const report = entryPoint('report');
export const provision = entryPoint('provision');
export const resume = entryPoint('resume');
