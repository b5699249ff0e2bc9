import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  ListEventSourceMappingsCommand,
} from '@aws-sdk/client-lambda';
import { functionNameOf } from '../../aws/stage-functions.ts';
import { attempt } from './attempt.ts';
import type { Finding, Judgement } from './finding.ts';
import { nameOfArn } from './functions.ts';

/** Which function reads the stream of which table, by the variable that has its name. */
export const MAPPINGS: readonly { name: string; variable: string }[] = [
  { name: 'workspaceChanged', variable: 'WORKSPACE_STATUS_TABLE' },
  { name: 'accountChanged', variable: 'CLIENT_ACCOUNTS_TABLE' },
  { name: 'publishEvents', variable: 'WORKSPACE_HISTORY_TABLE' },
  { name: 'controlChanged', variable: 'CLEANUP_CONTROL_TABLE' },
];

/** The reader of a stream: without it nothing is armed, or told, or carried on. */
export async function lookAtMapping(
  client: LambdaClient,
  stage: string,
  { name, table }: { name: string; table: string },
  endpoint: string | undefined,
): Promise<Finding & { destination?: string }> {
  let destination: string | undefined;
  const FunctionName = functionNameOf(stage, name);
  const subject = `${table} → ${name}`;
  const finding = await attempt(
    { check: 'stream', subject, needs: 'lambda:ListEventSourceMappings' },
    endpoint,
    async () => {
      const { EventSourceMappings = [] } = await client.send(
        new ListEventSourceMappingsCommand({ FunctionName }),
      );
      const own = EventSourceMappings.filter((mapping) => tableOf(mapping) === table);
      destination = own[0]?.DestinationConfig?.OnFailure?.Destination;
      return judgeMapping(own);
    },
  );
  return { ...finding, ...(destination && { destination }) };
}

/** e.g. of `arn:aws:dynamodb:eu-central-1:123456789012:table/WorkspaceStatus/stream/2026-01-01T00:00:00.000`. */
function tableOf({ EventSourceArn = '' }: EventSourceMappingConfiguration): string | undefined {
  return /:table\/([^/]+)\/stream\//.exec(EventSourceArn)?.[1];
}

/** The mappings of one function to one table: there has to be one, that works, and begins with what there is. */
export function judgeMapping(mappings: readonly EventSourceMappingConfiguration[]): Judgement {
  const [mapping, ...others] = mappings;
  if (mapping === undefined) {
    const todo = 'deploy the stage again; what was written meanwhile is armed by backfill and reconcile';
    return { result: 'wrong', seen: 'nobody reads the stream', todo };
  }
  const { UUID, State, LastProcessingResult: last = 'nothing yet', StartingPosition } = mapping;
  const seen = `${State}, last: ${last}`;
  if (others.length > 0)
    return {
      result: 'look',
      seen: `${mappings.length} readers, expected one`,
      todo: `delete the others than ${UUID}`,
    };
  if (State === 'Disabled' || State === 'Disabling') {
    const todo = `aws lambda update-event-source-mapping --uuid ${UUID} --enabled; within a day nothing is lost`;
    return { result: 'wrong', seen, todo };
  }
  if (/^PROBLEM/.test(last)) {
    const todo = `see the log of the function and of ${UUID}; within a day of the first failure nothing is lost`;
    return { result: 'wrong', seen, todo };
  }
  if (!mapping.DestinationConfig?.OnFailure?.Destination)
    return { result: 'wrong', seen: `${seen}, nobody keeps what fails`, todo: 'deploy the stage again' };
  if (StartingPosition !== undefined && StartingPosition !== 'TRIM_HORIZON')
    return { result: 'look', seen: `${seen}, begins at ${StartingPosition}`, todo: 'deploy the stage again' };
  const kept = nameOfArn(mapping.DestinationConfig.OnFailure.Destination);
  return { result: State === 'Enabled' ? 'ok' : 'look', seen: `${seen}; failures kept in ${kept}` };
}
