import { z } from 'zod';
import { describeProblems } from '../core/describe-problems.ts';
import { showKey, type WorkspaceKey } from '../core/workspace-key.ts';
import { type Provisioned, SmokeFailure, type SmokePorts } from './ports.ts';

export interface ProvisionWish extends WorkspaceKey {
  retentionDays: number;
  start: boolean;
}

const answerSchema = z.object({ statusCode: z.number(), body: z.string() });
const CREATED = 201;
const FIRST_ERROR = 400;
const provisionedSchema = z.object({ efsAccessPoint: z.string().min(1), task: z.string().optional() });

/** Creates a workspace as the launcher does, by the function `provision`. */
export async function provisionWorkspace(
  wish: ProvisionWish,
  { functions, say }: Pick<SmokePorts, 'functions' | 'say'>,
): Promise<Provisioned> {
  const answer = await functions.call('provision', requestOf(wish));
  const made = readAnswer(answer, wish);
  if (wish.start && made.task === undefined) {
    throw new SmokeFailure(`provision of ${showKey(wish)} names no task, expected one that it has started`);
  }
  say(`${showKey(wish)}: provisioned with ${made.efsAccessPoint} and ${made.task ?? 'no task'}`);
  return made;
}

/** An event of an HTTP API, payload version 2.0, as far as the function reads it. */
function requestOf(wish: ProvisionWish) {
  const { clientId, userId, retentionDays, start } = wish;
  return {
    version: '2.0',
    routeKey: 'POST /workspaces',
    rawPath: '/workspaces',
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: false,
    body: JSON.stringify({ clientId, userId, retentionDays, start }),
  };
}

function readAnswer(answer: unknown, wish: ProvisionWish): Provisioned {
  const http = answerSchema.safeParse(answer);
  if (http.data?.statusCode !== CREATED) {
    throw new SmokeFailure(
      `provision of ${showKey(wish)} answers ${shown(answer, http.data)}, expected status ${CREATED}`,
    );
  }
  const made = provisionedSchema.safeParse(JSON.parse(http.data.body));
  if (made.success) return made.data;
  const problems = describeProblems(made.error, JSON.parse(http.data.body)).join('; ');
  throw new SmokeFailure(`provision of ${showKey(wish)} answers what is not understood: ${problems}`);
}

/** What is no error may hold a token, which is a secret. */
function shown(answer: unknown, http: z.infer<typeof answerSchema> | undefined): string {
  return http !== undefined && http.statusCode < FIRST_ERROR
    ? `status ${http.statusCode}`
    : JSON.stringify(answer);
}
