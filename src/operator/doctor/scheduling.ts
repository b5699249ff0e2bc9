import { GetRoleCommand, type IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { GetScheduleGroupCommand, ResourceNotFoundException } from '@aws-sdk/client-scheduler';
import { z } from 'zod';
import type { Clients } from '../../aws/clients.ts';
import { attempt } from './attempt.ts';
import type { Finding, Judgement } from './finding.ts';

const DEPLOY = 'deploy the stage again: sls deploy --stage <stage>';

/** The group that all schedules are in. */
export function lookAtScheduleGroup(
  { scheduler }: Pick<Clients, 'scheduler'>,
  group: string,
  endpoint: string | undefined,
): Promise<Finding> {
  const needs = 'scheduler:GetScheduleGroup';
  return attempt({ check: 'schedules', subject: group, needs }, endpoint, async () => {
    try {
      return judgeGroup((await scheduler.send(new GetScheduleGroupCommand({ Name: group }))).State);
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      return judgeGroup(undefined);
    }
  });
}

/** A group that is being deleted takes every wake-up with it. */
export function judgeGroup(state: string | undefined): Judgement {
  if (state === 'ACTIVE') return { result: 'ok', seen: 'the group is ACTIVE' };
  const seen = state === undefined ? 'there is no such group' : `the group is ${state}`;
  return {
    result: 'wrong',
    seen,
    todo: `${DEPLOY}; then arm what was in it: workspacectl backfill`,
  };
}

/** A role that AWS itself assumes, as far as it can be seen from outside: it is there, and trusts the service. */
export function lookAtRole(
  client: IAMClient,
  arn: string,
  service: string,
  endpoint: string | undefined,
): Promise<Finding> {
  const subject = arn.split('/').at(-1) ?? arn;
  return attempt({ check: 'role', subject, needs: 'iam:GetRole' }, endpoint, async () => {
    try {
      const { Role } = await client.send(new GetRoleCommand({ RoleName: subject }));
      return judgeRole(Role?.AssumeRolePolicyDocument, service);
    } catch (error) {
      if (!(error instanceof NoSuchEntityException)) throw error;
      return { result: 'wrong', seen: 'there is no such role', todo: DEPLOY };
    }
  });
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statementSchema = z.looseObject({
  Effect: z.string(),
  Action: oneOrMore,
  Principal: z.looseObject({ Service: oneOrMore.optional() }).optional().catch(undefined),
});
const trustSchema = z.looseObject({
  Statement: z
    .union([z.array(statementSchema), statementSchema])
    .transform((statements) => [statements].flat()),
});

/** `document`: the trust policy as IAM gives it, JSON in the encoding of URLs. */
export function judgeRole(document: string | undefined, service: string): Judgement {
  const trust = trustSchema.safeParse(readJson(document));
  if (!trust.success) return { result: 'wrong', seen: 'its trust policy is not understood', todo: DEPLOY };
  const isTrusted = trust.data.Statement.some(
    ({ Effect, Action, Principal }) =>
      Effect === 'Allow' && Action.includes('sts:AssumeRole') && Principal?.Service?.includes(service),
  );
  if (isTrusted) return { result: 'ok', seen: `trusts ${service}` };
  return { result: 'wrong', seen: `it does not trust ${service}, so nobody can assume it`, todo: DEPLOY };
}

function readJson(document = ''): unknown {
  try {
    return JSON.parse(decodeURIComponent(document));
  } catch {
    return undefined;
  }
}
