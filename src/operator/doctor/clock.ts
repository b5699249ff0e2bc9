import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { CLOCK_SKEW_SECONDS } from '../../core/wake-up.ts';
import { FUTURE_TOLERANCE_SECONDS } from '../../core/workspace-row.ts';
import { attempt } from './attempt.ts';
import type { OperatorClients } from './clients.ts';
import type { Finding, Judgement } from './finding.ts';

/** Who asks, and how far the clock of this machine is from that of AWS. */
export async function lookAtIdentity(
  { sts }: Pick<OperatorClients, 'sts'>,
  stage: string,
  now: () => number,
  endpoint: string | undefined,
): Promise<Finding[]> {
  let date: string | undefined;
  const client = sts;
  client.middlewareStack.add(
    (next) => async (call) => {
      const answered = await next(call);
      const { headers } = answered.response as { headers?: Record<string, string> };
      date = headers?.date;
      return answered;
    },
    { step: 'deserialize', name: 'keepDate', override: true },
  );
  const needs = 'sts:GetCallerIdentity';
  const started = now();
  const identity = await attempt({ check: 'account', subject: stage, needs }, endpoint, async () => {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
    return { result: 'ok', seen: `${Account} in ${await client.config.region()}, as ${Arn}` };
  });
  const subject = 'this machine';
  // In the middle of the call is when the answer was made, more or less.
  const clock = judgeClock(date, (started + now()) / 2);
  return [identity, { check: 'clock', subject, ...clock }];
}

/** `date`: the header of an answer of AWS, to the second; `now`: of this machine, epoch seconds. */
export function judgeClock(date: string | undefined, now: number): Judgement {
  const there = Date.parse(date ?? '') / 1_000;
  if (!Number.isFinite(there))
    return { result: 'unread', seen: 'no answer said what time it is', todo: 'look at what failed above' };
  // Cut to the second, it is half a second behind on average.
  const ahead = Math.round(now - (there + 0.5));
  const seen = `${Math.abs(ahead)} s ${ahead >= 0 ? 'ahead of' : 'behind'} AWS`;
  if (Math.abs(ahead) <= CLOCK_SKEW_SECONDS) return { result: 'ok', seen };
  const todo = 'set it by NTP: what is written from here has the wrong time';
  return { result: Math.abs(ahead) > FUTURE_TOLERANCE_SECONDS ? 'wrong' : 'look', seen, todo };
}
