import { VARIABLES } from '../../core/variables.ts';
import type { OperatorClients } from './clients.ts';
import { lookAtIdentity } from './clock.ts';
import { TABLES } from './expected-tables.ts';
import type { Finding } from './finding.ts';
import {
  ASYNCHRONOUS,
  FUNCTIONS,
  judgeAgreement,
  lookAtAsynchronous,
  lookAtFunction,
  type SeenFunction,
} from './functions.ts';
import { lookAtMapping, MAPPINGS } from './mappings.ts';
import { type DeadLetters, lookAtDeadLetters } from './queues.ts';
import { lookAtConcurrency, lookAtQuotas } from './quotas.ts';
import { lookAtResources } from './resources.ts';
import { lookAtRole, lookAtScheduleGroup } from './scheduling.ts';
import { lookAtTable } from './tables.ts';

/** A deployed stage, as its functions are configured. */
export interface Stage {
  name: string;
  environment: Readonly<Record<string, string | undefined>>;
  /** Undefined for AWS itself. */
  endpoint: string | undefined;
}

/** Looks at every part of a stage. Nothing is written. A part that fails to answer keeps no other from being looked at. */
export async function examine(stage: Stage, clients: OperatorClients, now: () => number): Promise<Finding[]> {
  const { endpoint } = stage;
  // One after the other: the account's rates are shared with what works there.
  const findings = await lookAtIdentity(clients, stage.name, now, endpoint);
  findings.push(...(await lookAtTables(stage, clients)));
  findings.push(...(await lookAtFunctions(stage, clients)));
  const { wiring, deadLetters } = await lookAtWiring(stage, clients);
  findings.push(...wiring, ...(await lookAtScheduling(stage, clients)));
  for (const letters of deadLetters) findings.push(await lookAtDeadLetters(clients, letters, endpoint));
  findings.push(...(await lookAtResources(clients, placeOf(stage), endpoint)));
  findings.push(await lookAtConcurrency(clients, endpoint), ...(await lookAtQuotas(clients, endpoint)));
  return findings;
}

async function lookAtTables(stage: Stage, { dynamodb }: OperatorClients): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const expected of TABLES) {
    findings.push(
      ...(await lookAtTable(dynamodb, setting(stage, expected.variable), expected, stage.endpoint)),
    );
  }
  return findings;
}

async function lookAtFunctions(stage: Stage, { lambda, iam }: OperatorClients): Promise<Finding[]> {
  const deletes = setting(stage, 'TERMINATE_FILES') === 'delete';
  const findings: Finding[] = [];
  const seen: SeenFunction[] = [];
  for (const name of deletes ? [...FUNCTIONS, 'purge'] : FUNCTIONS) {
    findings.push(
      await lookAtFunction(lambda, stage.name, name, stage.endpoint, (one) => void seen.push(one)),
    );
  }
  if (seen.length > 1) findings.push({ check: 'variables', subject: 'of all', ...judgeAgreement(seen) });
  for (const role of new Set(seen.map((one) => one.role))) {
    if (role) findings.push(await lookAtRole(iam, role, 'lambda.amazonaws.com', stage.endpoint));
  }
  return findings;
}

/** Readers of streams, and where goes what nobody could handle: found by the wiring itself, not by a name. */
async function lookAtWiring(stage: Stage, { lambda }: OperatorClients) {
  const wiring: Finding[] = [];
  const deadLetters: DeadLetters[] = [];
  const note = (kind: string, { destination, ...finding }: Finding & { destination?: string }) => {
    wiring.push(finding);
    if (destination && !deadLetters.some(({ arn }) => arn === destination))
      deadLetters.push({ kind, arn: destination });
  };
  for (const { name, variable } of MAPPINGS) {
    const mapping = { name, table: setting(stage, variable) };
    note('stream', await lookAtMapping(lambda, stage.name, mapping, stage.endpoint));
  }
  for (const name of ASYNCHRONOUS) {
    note('deadline', await lookAtAsynchronous(lambda, stage.name, name, stage.endpoint));
  }
  const ofSchedules = setting(stage, 'SCHEDULE_DEAD_LETTER_ARN');
  if (ofSchedules !== '') deadLetters.push({ kind: 'schedule', arn: ofSchedules });
  return { wiring, deadLetters };
}

async function lookAtScheduling(stage: Stage, clients: OperatorClients): Promise<Finding[]> {
  const role = setting(stage, 'SCHEDULE_ROLE_ARN');
  return [
    await lookAtScheduleGroup(clients, setting(stage, 'SCHEDULE_GROUP'), stage.endpoint),
    await lookAtRole(clients.iam, role, 'scheduler.amazonaws.com', stage.endpoint),
  ];
}

function placeOf(stage: Stage) {
  return {
    cluster: setting(stage, 'ECS_CLUSTER_NAME'),
    fileSystemId: setting(stage, 'EFS_FILE_SYSTEM_ID'),
    baseTaskDefinition: setting(stage, 'ECS_TASK_DEFINITION') || undefined,
  };
}

/** As the functions take it: an empty variable is one that is not set. */
function setting({ environment }: Stage, variable: string): string {
  const { default: fallback = '' } = (VARIABLES as Record<string, { default?: string }>)[variable] ?? {};
  return environment[variable] || fallback;
}
