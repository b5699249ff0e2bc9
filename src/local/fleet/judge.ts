import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { paginateDescribeAccessPoints } from '@aws-sdk/client-efs';
import { EcsTasks } from '../../aws/ecs-tasks.ts';
import { workspacePath } from '../../core/workspace-key.ts';
import { LEASE_SECONDS } from '../../handlers/claim-row.ts';
import type { Stack } from '../stack.ts';
import type { PlainRow, Transition } from './chronicle.ts';
import type { Director } from './director.ts';
import { type Expectation, MEMBERS, type Member } from './members.ts';

/** Scheduler fires within a minute after the time that was asked for; later than that is too late. Fleet seconds. */
const LATEST_SECONDS = 60;

/**
 * What was cut off by a kill is taken over when its lease ends, and may be cut off again. Fleet seconds by which a
 * change may be late after so many kills.
 */
function toleranceAfter(kills: number): number {
  return LATEST_SECONDS + kills * (LEASE_SECONDS + LATEST_SECONDS);
}

/** One expected change and what came of it. Times in epoch seconds of the fleet. */
export interface Judgement {
  workspace: string;
  shows: string;
  becomes: Expectation['becomes'] | 'nothing';
  due: number | undefined;
  done: Transition | undefined;
  /** Undefined if it is as it must be. */
  problem: string | undefined;
}

/** Holds what happened against the script: every change at its second, and no other change. */
export function judgeTransitions(
  { start, kills }: Pick<Director, 'start' | 'kills'>,
  transitions: readonly Transition[],
): Judgement[] {
  return MEMBERS.flatMap((member) =>
    judgeMember(
      member,
      start,
      toleranceAfter(kills),
      transitions.filter(({ workspace }) => workspace === member.workspace),
    ),
  );
}

function judgeMember(
  { workspace, shows, expected }: Member,
  start: number,
  toleranceSeconds: number,
  done: readonly Transition[],
): Judgement[] {
  const judgements = expected.map(({ at, becomes }, index): Judgement => {
    const transition = done[index];
    return {
      workspace,
      shows,
      becomes,
      due: start + at,
      done: transition,
      problem: problemOf(start + at, becomes, transition, toleranceSeconds),
    };
  });
  const surplus = done.slice(expected.length).map((transition): Judgement => {
    return {
      workspace,
      shows,
      becomes: 'nothing',
      due: undefined,
      done: transition,
      problem: `became ${transition.becomes}`,
    };
  });
  if (expected.length > 0 || surplus.length > 0) return [...judgements, ...surplus];
  return [{ workspace, shows, becomes: 'nothing', due: undefined, done: undefined, problem: undefined }];
}

function problemOf(
  due: number,
  becomes: string,
  transition: Transition | undefined,
  toleranceSeconds: number,
): string | undefined {
  if (!transition) return 'has not happened';
  if (transition.becomes !== becomes) return `became ${transition.becomes}`;
  if (transition.at < due) return `${Math.ceil(due - transition.at)} s early`;
  if (transition.at > due + toleranceSeconds) return `${Math.floor(transition.at - due)} s late`;
  return undefined;
}

/** Holds the world against the rows: who may be reached, who runs, whose files are there. Returns what is wrong. */
export async function judgeWorld(stack: Stack, rows: ReadonlyMap<string, PlainRow>): Promise<string[]> {
  const reachable = await pathsOfAccessPoints(stack);
  const problems: string[] = [];
  for (const { workspace } of MEMBERS) {
    const lifecycle = rows.get(workspace)?.lifecycle ?? 'active';
    if (lifecycle === 'active') continue;
    const found = await problemsOf(workspace, lifecycle === 'archived', reachable, stack);
    problems.push(...found.map((problem) => `${workspace} is ${lifecycle}, but ${problem}`));
  }
  return problems;
}

async function problemsOf(
  workspace: string,
  keepsFiles: boolean,
  reachable: ReadonlySet<unknown>,
  stack: Stack,
): Promise<string[]> {
  const [clientId = '', userId = ''] = workspace.split('/');
  const path = workspacePath({ clientId, userId });
  const ecs = new EcsTasks(stack.clients.ecs, stack.configuration);
  const { tasks: running } = await ecs.unstopped({ clientId, userId }, undefined);
  const hasFiles = existsSync(join(stack.filesRoot, clientId, userId));
  return [
    ...(running.length > 0 ? ['a container of it runs'] : []),
    ...(reachable.has(path) ? ['an access point of it exists'] : []),
    ...(hasFiles !== keepsFiles ? [`its files are ${hasFiles ? 'there' : 'gone'}`] : []),
  ];
}

async function pathsOfAccessPoints({ clients, configuration }: Stack): Promise<Set<string | undefined>> {
  const paths = new Set<string | undefined>();
  const pages = paginateDescribeAccessPoints(
    { client: clients.efs },
    { FileSystemId: configuration.fileSystemId },
  );
  for await (const { AccessPoints = [] } of pages) {
    for (const { RootDirectory } of AccessPoints) paths.add(RootDirectory?.Path);
  }
  return paths;
}
