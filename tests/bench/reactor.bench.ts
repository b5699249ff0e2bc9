import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import type { Policy } from '../../src/core/policy.ts';
import type { WorkspaceChangedPorts } from '../../src/handlers/workspace-changed.ts';
import { asBundled } from './as-bundled.ts';
import { type Measured, nanosecondsPerItem } from './measure.ts';

const POLICY: Policy = {
  retentionDays: { free: 7, pro: 30, enterprise: 90 },
  cancelledGraceDays: 7,
  suspendedGraceDays: 3,
  notice: { archive: 86_400, terminate: 259_200, minimumTerminate: 86_400 },
};
const NOW = 1_767_225_600;
const BATCH_SIZE = 1_000;

/** One heartbeat each of a thousand armed workspaces: the worst batch, since none makes another superfluous. */
function heartbeats(): DynamoDBStreamEvent {
  const record = (index: number): DynamoDBRecord => {
    const keys = { clientId: { S: `client-${index % 50}` }, userId: { S: `user-${index}` } };
    const image = {
      ...keys,
      subscriptionStatus: { S: 'active' },
      subscriptionTier: { S: ['free', 'pro', 'enterprise'][index % 3] ?? 'free' },
      lastActivity: { N: String(NOW - (index % 300)) },
      containerStatus: { S: 'active' },
      efsAccessPoint: { S: `fsap-${index.toString(16).padStart(17, '0')}` },
      lifecycle: { S: 'active' },
      armedFor: { N: String(NOW + 86_400) },
      armedDay: { S: '2026-01-02' },
      subscriptionEventAt: { N: String(NOW - 1e6) },
      subscriptionRevision: { N: '3' },
    };
    return {
      eventID: String(index),
      eventName: 'MODIFY',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: keys,
        NewImage: image,
        OldImage: image,
        SequenceNumber: String(1e6 + index),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
    };
  };
  return { Records: Array.from({ length: BATCH_SIZE }, (_, index) => record(index)) };
}

/** Ports through which nothing may go: a heartbeat of an armed workspace makes no call. */
function closedPorts(): WorkspaceChangedPorts {
  const refuse = async () => {
    throw new Error('the no-op path made a call, expected none');
  };
  const silent = () => {};
  return {
    workspaces: { rememberWakeUp: refuse },
    timers: { arm: refuse },
    clock: { now: () => NOW },
    observer: { info: silent, warn: refuse, error: refuse, count: silent },
  };
}

type Bundled = typeof import('../../src/aws/stream-records.ts') &
  typeof import('../../src/core/wake-up.ts') &
  typeof import('../../src/core/workspace-row.ts') &
  typeof import('../../src/handlers/workspace-changed.ts');
const BUNDLED = [
  'src/aws/stream-records.ts',
  'src/core/wake-up.ts',
  'src/core/workspace-row.ts',
  'src/handlers/workspace-changed.ts',
];

export interface ReactorFigures {
  recordsPerSecond: number;
  perRecordNs: Measured;
  shares: { part: string; ns: number }[];
}

/** The reactor's no-op path per record, through the handler itself as Lambda has it, and the share of each part of it. */
export async function benchReactor(options?: { runs: number; sampleMs: number }): Promise<ReactorFigures> {
  const code = await asBundled<Bundled>(BUNDLED);
  const { decideArming, parseRow, readStreamEvent, toBatchResponse, workspaceChanged } = code;
  const event = heartbeats();
  const ports = closedPorts();
  const handle = async () => {
    const response = toBatchResponse(await workspaceChanged(readStreamEvent(event), POLICY, ports));
    if (response.batchItemFailures.length > 0) throw new Error('a heartbeat failed, expected none to');
  };
  const images = readStreamEvent(event).map((record) => record.newImage());
  const rows = images.map((image) => {
    const parsed = parseRow(image, NOW);
    if (parsed.kind === 'invalid') throw new Error(parsed.problems.join('; '));
    return parsed.row;
  });
  const perRecordNs = await nanosecondsPerItem(BATCH_SIZE, handle, options);
  const part = async (name: string, work: () => unknown) => ({
    part: name,
    ns: (await nanosecondsPerItem(BATCH_SIZE, work, options)).median,
  });
  const shares = [
    await part(
      'read records, newest of each item',
      () => new Map(readStreamEvent(event).map((record) => [record.itemKey, record])),
    ),
    await part('unmarshal', () => readStreamEvent(event).map((record) => record.newImage())),
    await part('validate', () => images.map((image) => parseRow(image, NOW))),
    await part('decide', () => rows.map((row) => decideArming(row, POLICY, NOW))),
  ];
  return { recordsPerSecond: 1e9 / perRecordNs.median, perRecordNs, shares };
}
