import { setTimeout } from 'node:timers/promises';
import { systemClock } from '../../aws/system-clock.ts';
import { VARIABLES } from '../../core/variables.ts';
import { operatorClock } from '../clock.ts';
import { connect } from '../connection.ts';
import type { ConnectionFlags } from '../connection-options.ts';
import type { Terminal } from '../terminal.ts';
import { judgeFailure } from './attempt.ts';
import { type CanaryOutcome, runCanary } from './canary.ts';
import { canaryRows } from './canary-rows.ts';
import { createOperatorClients, type OperatorClients } from './clients.ts';
import { examine, type Stage } from './doctor.ts';
import type { DoctorFlags } from './doctor-command.ts';
import { exitCodeOf, type Finding, findingLines } from './finding.ts';

/** Between two looks at a canary, in ms. */
const PAUSE_MS = 1_000;

/** Examines a stage, prints what was found, and returns the exit code. */
export async function runDoctor(
  { canary, json, patienceSeconds }: DoctorFlags,
  flags: ConnectionFlags,
  terminal: Terminal,
): Promise<number> {
  const { environment, options, endpoint, stage: name = '' } = await connect(flags);
  const stage: Stage = { name, environment, endpoint };
  const clients = createOperatorClients(options, endpoint);
  const findings = await examine(stage, clients, systemClock.now);
  const outcome = canary ? await letLive(stage, clients, patienceSeconds) : undefined;
  if (outcome) findings.push({ check: 'canary', subject: 'arm, fire, archive', ...outcome.judgement });
  if (json) terminal.print(JSON.stringify({ findings, ...(outcome && { canary: outcome.steps }) }));
  else
    for (const line of [...findingLines(findings, terminal), ...canaryLines(outcome)]) terminal.print(line);
  return exitCodeOf(findings as Finding[]);
}

async function letLive(
  { environment, endpoint }: Stage,
  { dynamodb }: OperatorClients,
  patienceSeconds: number,
): Promise<CanaryOutcome> {
  const table = environment.WORKSPACE_STATUS_TABLE || VARIABLES.WORKSPACE_STATUS_TABLE.default;
  try {
    return await runCanary({
      ...canaryRows(dynamodb, table),
      now: async () => (await operatorClock(endpoint)).now(),
      pause: () => setTimeout(PAUSE_MS),
      looks: Math.ceil((patienceSeconds * 1_000) / PAUSE_MS),
    });
  } catch (error) {
    const needs = 'dynamodb:PutItem, GetItem, Query and DeleteItem';
    return { judgement: judgeFailure(error, needs, endpoint), steps: [] };
  }
}

function canaryLines(outcome: CanaryOutcome | undefined): string[] {
  return outcome && outcome.steps.length > 0 ? [`canary: ${outcome.steps.join(', ')}`] : [];
}
