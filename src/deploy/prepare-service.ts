import { variablesOf } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import { VARIABLES } from '../core/variables.ts';
import { FUNCTIONS, type FunctionName } from '../functions/all.ts';
import type { Resources } from './deployment.ts';
import { leaveOut } from './leave-out.ts';
import { metricsEnvironment } from './metrics.ts';
import { monitoringResources } from './monitoring.ts';
import { withoutNeedlessDependsOn } from './needless-depends-on.ts';
import { checkStage, NO_FILE_SYSTEM, type Parameters, readParameters, refuseToDeploy } from './parameters.ts';
import { decideLeftOut, terminateFiles } from './parts.ts';
import type { Framework, Service } from './service.ts';
import { takeOut } from './take-out.ts';

/**
 * Makes of serverless.yml what is deployed: checks the parameters, takes out what is not configured, and leaves each function
 * the part of the environment that it reads. Returns lines to show. Throws BadInputError with every bad parameter.
 */
export function prepareService(serverless: Framework): string[] {
  const { service } = serverless;
  const stage = stageOf(serverless);
  checkStage(stage);
  const parameters = parametersOf(serverless);
  if (serverless.processedInput.commands.includes('deploy')) {
    refuseToDeploy(stage, service.custom.endpoint, parameters);
  }
  const leftOut = decideLeftOut(parameters);
  service.provider.environment.TERMINATE_FILES = terminateFiles(parameters);
  if (parameters.deadlineConcurrency === '0') delete service.functions.deadlineReached?.reservedConcurrency;
  takeOut(service, leftOut);
  narrowEnvironments(service);
  Object.assign(service.provider.environment, metricsEnvironment({ service: service.service, stage }));
  return [...leftOut.lines, ...notOnlyObserved(parameters), ...lookOnly(parameters)];
}

/**
 * Leaves out of the compiled template what the endpoint lacks to which it is deployed, and what the framework says twice, and
 * adds what watches the rest. Returns lines to show. Throws BadInputError if something that stays cannot be without.
 */
export function finishTemplate(serverless: Framework): string[] {
  const { provider } = serverless.service;
  if (provider.compiledCloudFormationTemplate === undefined) return [];
  const parameters = parametersOf(serverless);
  const types = parameters.leaveOut.split(',').filter((type) => type !== '');
  const rest = leaveOut(withoutNeedlessDependsOn(provider.compiledCloudFormationTemplate), types);
  Object.assign(rest.Resources, watchOf(rest.Resources, parameters, serverless));
  // What watches may be lacking as well.
  provider.compiledCloudFormationTemplate = leaveOut(rest, types);
  return types.map((type) => `without ${type}: leaveOut says so`);
}

function watchOf(resources: Resources, parameters: Parameters, serverless: Framework): Resources {
  const { alarms, alarmEmail, scheduleQuota } = parameters;
  if (alarms === 'off') return {};
  const { service } = serverless.service;
  const stage = stageOf(serverless);
  return monitoringResources({ service, stage, alarmEmail, scheduleQuota: Number(scheduleQuota) }, resources);
}

/** Throws BadInputError where what was packaged is not to be deployed. */
export function refuseLookOnly(serverless: Framework): void {
  refuseToDeploy(stageOf(serverless), serverless.service.custom.endpoint, parametersOf(serverless));
}

/** As the framework merges them: the command line, else the stage's, else the default. */
function parametersOf(serverless: Framework): Parameters {
  const { configurationInput, processedInput } = serverless;
  const { params = {} } = configurationInput;
  const fromCommandLine = (processedInput.options.param ?? []).map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new BadInputError(`--param is ${text}, expected name=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return readParameters({
    ...params.default,
    ...params[stageOf(serverless)],
    ...Object.fromEntries(fromCommandLine),
  });
}

function stageOf(serverless: Framework): string {
  return serverless.getProvider('aws').getStage();
}

/** Whoever has forgotten what stands in their environment is told. */
function notOnlyObserved({ enforcement }: Parameters): string[] {
  if (enforcement !== 'enforce') return [];
  return ['enforcement is enforce: what is due is done, unless CleanupControl says otherwise'];
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
