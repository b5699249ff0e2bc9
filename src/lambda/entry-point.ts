import type { Clients } from '../aws/clients.ts';
import { partsOfProcess } from '../aws/environment.ts';
import { PowertoolsObserver } from '../aws/powertools-observer.ts';
import { systemClock } from '../aws/system-clock.ts';
import type { PartName } from '../core/configuration-parts.ts';
import type { FunctionDefinition, Service } from '../functions/definition.ts';

/**
 * The function as Lambda calls it. What is made here lives as long as the execution environment; a bad configuration stops
 * it here, by name. Metrics leave with the invocation that counted them, also when it failed.
 */
export function entryPoint<Name extends PartName, Used extends Service, Event, Answer>(
  { parts, services, create }: FunctionDefinition<Name, Used, (event: Event) => Promise<Answer>>,
  makeClient: { [Each in Used]: () => Clients[Each] },
): (event: Event) => Promise<Answer> {
  const observer = new PowertoolsObserver();
  const configuration = partsOfProcess(parts);
  const clients = Object.fromEntries(services.map((service) => [service, makeClient[service]()]));
  const run = create(configuration, {
    clients: clients as Pick<Clients, Used>,
    clock: systemClock,
    observer,
  });
  return async (event) => {
    try {
      return await run(event);
    } finally {
      observer.flush();
    }
  };
}
