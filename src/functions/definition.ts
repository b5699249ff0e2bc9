import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  DynamoDBBatchResponse,
  DynamoDBStreamEvent,
} from 'aws-lambda';
import type { Clients } from '../aws/clients.ts';
import type { ConfigurationParts, PartName } from '../core/configuration-parts.ts';
import type { Clock, Observer } from '../ports.ts';

export type Service = keyof Clients;

/** What a function finds when it starts: clients of these services alone, the time, and where it says what it did. */
export interface World<Used extends Service = Service> {
  clients: Pick<Clients, Used>;
  clock: Clock;
  observer: Observer;
}

/**
 * A function of serverless.yml: what it is configured with, which services it calls, and how handler and adapters are
 * put together. Its environment, its role and its bundle hold that and nothing else.
 */
export interface FunctionDefinition<Name extends PartName, Used extends Service, Run> {
  parts: readonly Name[];
  services: readonly Used[];
  create(configuration: Pick<ConfigurationParts, Name>, world: World<Used>): Run;
}

/** Checks the definition where it is written, and keeps its types. */
export function defineFunction<Name extends PartName, Used extends Service, Run>(
  definition: FunctionDefinition<Name, Used, Run>,
): FunctionDefinition<Name, Used, Run> {
  return definition;
}

export type HttpFunction = (event: APIGatewayProxyEventV2) => Promise<APIGatewayProxyStructuredResultV2>;
export type StreamFunction = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;
