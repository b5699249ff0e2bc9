import { setTimeout } from 'node:timers/promises';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import {
  GetQueueUrlCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { systemClock } from '../../aws/system-clock.ts';
import { connect } from '../connection.ts';
import type { ConnectionFlags } from '../connection-options.ts';
import { createOperatorClients } from '../doctor/clients.ts';
import { plain, type Terminal } from '../terminal.ts';
import { showTime } from '../times.ts';
import { findBoxes } from './find-boxes.ts';
import { lambdaMessenger } from './lambda-messenger.ts';
import { type LetterBox, type Redriven, redrive } from './redrive.ts';
import { REDRIVE_EXIT, type RedriveFlags } from './redrive-command.ts';

/** Shows or sends what lies in the queues of a kind; returns the exit code. */
export async function runRedrive(
  flags: RedriveFlags,
  connectionFlags: ConnectionFlags,
  terminal: Terminal,
): Promise<number> {
  const connection = await connect(connectionFlags);
  const { stage = '', options, endpoint } = connection;
  const clients = createOperatorClients(options, endpoint);
  const messenger = lambdaMessenger({ ...clients, streams: new DynamoDBStreamsClient(options) }, stage);
  const pace = pacer(flags.perSecond);
  let kept = 0;
  for (const box of await findBoxes(flags.kind, flags.queue, connection, clients)) {
    const shown: Redriven[] = [];
    if (!flags.json) await tellCount(box, terminal);
    const tally = await redrive(flags.kind, stage, flags, { box, messenger, pace }, (redriven) => {
      shown.push(redriven);
      terminal.print(flags.json ? JSON.stringify(redriven) : lineOf(redriven));
    });
    kept += tally.kept;
    if (flags.send && tally.kept === 0 && box.kind === 'bucket') await forgetNotices(clients.sqs, stage);
    const oldest = oldestOf(shown);
    if (flags.json) terminal.print(JSON.stringify({ queue: box.name, oldest: oldest ?? null, ...tally }));
    else for (const line of sumLines(flags, tally, oldest)) terminal.print(line);
  }
  return kept > 0 ? REDRIVE_EXIT.some : REDRIVE_EXIT.done;
}

/** What is kept in the bucket has a notice in a queue, for the alarm. Where nothing is kept any more, nothing is to be noticed. */
async function forgetNotices(sqs: SQSClient, stage: string): Promise<void> {
  try {
    const QueueName = `workspace-cleanup-${stage}-stream-dead-letters`;
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  } catch (error) {
    if (!(error instanceof QueueDoesNotExist)) throw error;
  }
}

async function tellCount(box: LetterBox, terminal: Terminal): Promise<void> {
  const { there, hidden } = await box.count();
  const others = hidden > 0 ? `, and ${hidden} that somebody looks at just now` : '';
  terminal.print(`${box.name}: ${there}${others}`);
}

/** e.g. `2026-01-31T12:00:00Z  sent  acme/ada: it failed`. */
export function lineOf({ at, about, why, outcome, problem }: Redriven): string {
  const when = at === undefined ? 'some time ago'.padEnd(20) : showTime(at);
  const what = about.length > 0 ? about.join(', ') : 'not understood';
  const reason = problem ?? why;
  return `${when}  ${outcome.padEnd(4)}  ${plain(what)}${reason ? `: ${plain(reason)}` : ''}`;
}

function sumLines(
  { send, kind }: RedriveFlags,
  { handled, kept }: { handled: number; kept: number },
  oldest: number | undefined,
): string[] {
  const since = oldest === undefined ? '' : `, the oldest of ${showTime(oldest)}`;
  if (handled + kept === 0) return ['nothing lies there'];
  const done = send ? `${handled} put back to work` : `${handled} can be put back to work`;
  const stay = kept > 0 ? `, ${kept} stay there` : '';
  const hint = !send && handled > 0 ? [`to do it: redrive ${kind} --stage <stage> --send`] : [];
  return [`${done}${stay}${since}`, ...hint];
}

function oldestOf(shown: readonly Redriven[]): number | undefined {
  const times = shown.map(({ at }) => at).filter((at) => at !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Keeps errands apart, so that there are no more than so many within a second. */
function pacer(perSecond: number): () => Promise<void> {
  let next = 0;
  return async () => {
    const now = systemClock.now();
    const wait = next - now;
    next = Math.max(now, next) + 1 / perSecond;
    if (wait > 0) await setTimeout(wait * 1_000);
  };
}
