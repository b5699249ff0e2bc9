import { variablesOf } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import { VARIABLES } from '../core/variables.ts';
import { FUNCTIONS, type FunctionName } from '../functions/all.ts';
import { monitoringResources } from './monitoring.ts';
import { NO_FILE_SYSTEM, type Parameters, readParameters, refuseToDeploy } from './parameters.ts';
import { decideLeftOut, terminateFiles } from './parts.ts';
import type { Framework, Service } from './service.ts';
import { takeOut } from './take-out.ts';

/**
 * Makes of serverless.yml what is deployed: checks the parameters, takes out what is not configured, and leaves each function
 * the part of the environment that it reads. Returns lines to show. Throws BadInputError with every bad parameter.
 */
export function prepareService(serverless: Framework): string[] {
  const { service } = serverless;
  const parameters = parametersOf(serverless);
  if (serverless.processedInput.commands.includes('deploy')) refuseToDeploy(parameters);
  const leftOut = decideLeftOut(parameters);
  service.provider.environment.TERMINATE_FILES = terminateFiles(parameters);
  takeOut(service, leftOut);
  narrowEnvironments(service);
  return [...leftOut.lines, ...lookOnly(parameters)];
}

/** Adds to the compiled template what watches it. */
export function watchService(serverless: Framework): void {
  const { alarms, alarmEmail } = parametersOf(serverless);
  const { service, provider } = serverless.service;
  const { compiledCloudFormationTemplate: template } = provider;
  if (alarms === 'off' || template === undefined) return;
  const stage = serverless.getProvider('aws').getStage();
  Object.assign(template.Resources, monitoringResources({ service, stage, alarmEmail }, template.Resources));
}

/** Throws BadInputError where what was packaged is not to be deployed. */
export function refuseLookOnly(serverless: Framework): void {
  refuseToDeploy(parametersOf(serverless));
}

/** As the framework merges them: the command line, else the stage's, else the default. */
function parametersOf(serverless: Framework): Parameters {
  const { configurationInput, processedInput } = serverless;
  const { params = {} } = configurationInput;
  const stage = serverless.getProvider('aws').getStage();
  const fromCommandLine = (processedInput.options.param ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new BadInputError(`--param is ${text}, expected name=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return readParameters({ ...params.default, ...params[stage], ...Object.fromEntries(fromCommandLine) });
}

function lookOnly({ fileSystemId }: Parameters): string[] {
  if (fileSystemId !== NO_FILE_SYSTEM) return [];
  return ['to look at only: fileSystemId (EFS_FILE_SYSTEM_ID) is not set, so this cannot be deployed'];
}

/** Whatever is known by name to `core/variables.ts` goes to those functions alone that are configured with it. */
function narrowEnvironments({ provider, functions }: Service): void {
  const all = Object.entries(provider.environment);
  const isOurs = ([name]: [string, unknown]) => name in VARIABLES;
  for (const [name, settings] of Object.entries(functions)) {
    const read: readonly string[] = variablesOf(FUNCTIONS[name as FunctionName].parts);
    const needed = all.filter((entry) => isOurs(entry) && read.includes(entry[0]));
    settings.environment = { ...Object.fromEntries(needed), ...settings.environment };
  }
  provider.environment = Object.fromEntries(all.filter((entry) => !isOurs(entry)));
}
