import { type Configuration, readConfiguration } from '../core/configuration.ts';

/** The configuration of a deployed function. The only reader of `process.env`. Throws BadInputError. */
export function configurationOfProcess(): Configuration {
  return readConfiguration(process.env);
}
