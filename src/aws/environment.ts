import { readParts, readPolicy } from '../core/configuration.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';
import type { Policy } from '../core/policy.ts';

/** These parts of a deployed function's configuration. The only reader of `process.env`. Throws BadInputError. */
export function partsOfProcess<Name extends PartName>(
  names: readonly Name[],
): Pick<ConfigurationParts, Name> {
  return readParts(names, process.env);
}

/** The numbers of the rules alone, for a look at them outside of a deployment. Throws BadInputError. */
export function policyOfProcess(): Policy {
  return readPolicy(process.env);
}

/** The process's environment as it is, for whoever checks it with a schema of `core/configuration.ts`. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** With Node 20 the SDK prints nine lines at every start, which an operator who asks a question can do nothing about. */
export function silenceNodeNotice(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}
