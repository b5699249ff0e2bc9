import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { S3Client } from '@aws-sdk/client-s3';
import { type ClientOptions, createClients } from '../aws/clients.ts';
import { type Configuration, readConfiguration } from '../core/configuration.ts';
import { BadInputError } from '../core/errors.ts';
import { checkTestable } from './check-testable.ts';
import { DeployedCode } from './deployed-code.ts';
import { type DeployedFunction, DeployedFunctions } from './deployed-functions.ts';
import { readDeployedTemplate } from './deployed-template.ts';
import { EndpointFunctions } from './endpoint-functions.ts';
import type { Play, SmokeOptions } from './options.ts';
import { PlayedFunctions } from './played-functions.ts';
import { SmokeFailure, type SmokePorts } from './ports.ts';
import { PlayedSchedules, WatchedSchedules } from './schedules.ts';
import { AwsStageWorld } from './stage-world.ts';
import { listDeployedMappings, listMappingsLeftOut } from './stream-mappings.ts';

/** Where the stage is. */
export interface Access {
  region: string;
  /** AWS_ENDPOINT_URL; undefined for AWS itself. */
  endpoint: string | undefined;
  /** What the SDK does not find by itself. */
  client?: Pick<ClientOptions, 'endpoint' | 'credentials'>;
}

export interface Stage extends Pick<SmokePorts, 'functions' | 'schedules' | 'world'> {
  configuration: Configuration;
  /** Ends what plays a part of AWS, if anything does. */
  close(): Promise<void>;
}

type Clients = ReturnType<typeof createClients>;
type Say = SmokePorts['say'];

/** The functions that the story goes through. Between them they have the environment that says where everything is. */
const FUNCTIONS = ['provision', 'workspaceChanged', 'deadlineReached'];

/** Finds everything of a deployed stage by the API of its endpoint. Throws BadInputError where it cannot be tested. */
export async function openStage(
  { service, stage, play }: SmokeOptions,
  access: Access,
  say: Say,
): Promise<Stage> {
  checkPlay(play, access);
  const clients = createClients(clientOptions(access));
  const functions = new DeployedFunctions(clients.lambda, service, stage);
  const found = await Promise.all(FUNCTIONS.map((name) => functions.get(name)));
  const configuration = configurationOf(found, access.region);
  checkTestable(configuration, stage);
  const world = new AwsStageWorld(clients, configuration);
  const { group } = configuration.schedules;
  const running = new EndpointFunctions(clients.lambda, functions);
  const played = await decidePlay(play, running, access, say);
  if (played === 'everything') {
    const lambda = await playLambda(`${service}-${stage}`, functions, clients, access, say);
    const schedules = new PlayedSchedules(clients.scheduler, group, lambda.played, (arn) =>
      functions.shortName(arn),
    );
    return { configuration, world, functions: lambda.played, schedules, close: lambda.close };
  }
  const schedules =
    played === 'schedules'
      ? new PlayedSchedules(clients.scheduler, group, running, (arn) => functions.shortName(arn))
      : new WatchedSchedules(clients.scheduler, group);
  return { configuration, world, functions: running, schedules, close: async () => {} };
}

function clientOptions({ region, client }: Access): ClientOptions {
  return { region, ...client };
}

function configurationOf(functions: readonly DeployedFunction[], region: string): Configuration {
  return readConfiguration({
    ...Object.assign({}, ...functions.map(({ environment }) => environment)),
    AWS_REGION: region,
  });
}

/** Nobody plays AWS to AWS: what does not run there is broken. */
function checkPlay(play: Play, { endpoint }: Access): void {
  if (endpoint !== undefined || play === 'auto' || play === 'nothing') return;
  throw new BadInputError(
    `--play is ${play} and AWS_ENDPOINT_URL is not set, expected an emulator's address`,
  );
}

async function decidePlay(
  play: Play,
  functions: EndpointFunctions,
  { endpoint }: Access,
  say: Say,
): Promise<Exclude<Play, 'auto'>> {
  if (play !== 'auto') return play;
  const { run, because } = await functions.doRun();
  if (run) return 'nothing';
  if (endpoint === undefined) throw new SmokeFailure(`functions do not run: ${because}`);
  say(`functions do not run at ${endpoint}: ${because}`);
  say(
    'so they are run here, with their deployed code and environment; streams are read and schedules fired here',
  );
  return 'everything';
}

async function playLambda(
  stack: string,
  functions: DeployedFunctions,
  clients: Clients,
  access: Access,
  say: Say,
) {
  const { region, endpoint = '' } = access;
  const options = clientOptions(access);
  // Emulators have no names of hosts for buckets.
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const template = await readDeployedTemplate(new CloudFormationClient(options), stack).catch((error) => {
    throw new BadInputError(
      `functions can be run here only where ${endpoint} gives the template of stack ${stack}, which names their code: ${error}`,
    );
  });
  const running = await listDeployedMappings(clients.lambda, functions);
  const mappings =
    running.length > 0 ? running : await listMappingsLeftOut(clients.dynamodb, template, functions);
  if (mappings.length === 0)
    throw new BadInputError(`stack ${stack} has no event source mapping, expected some`);
  const code = new DeployedCode({ s3, template, endpoint });
  const environment = { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, ...(await credentialsOf(clients)) };
  const played = new PlayedFunctions({ functions, code, environment, log: say });
  played.readStreams(mappings, new DynamoDBStreamsClient(options));
  for (const { mapping } of mappings)
    say(`reading the stream of ${mapping.tableName} for ${mapping.functionName}`);
  const close = async () => {
    await played.stop();
    code.remove();
  };
  return { played, close };
}

/** Those that this process has, as Lambda would give a function those of its role. */
async function credentialsOf({ lambda }: Clients): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = await lambda.config.credentials();
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  };
}
