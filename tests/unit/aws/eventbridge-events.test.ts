import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { EventBridgeEvents } from '../../../src/aws/eventbridge-events.ts';
import { NOW } from '../../support/rows.ts';
import { type Answers, stubClient } from './stub-client.ts';

const events = (answers: Answers) => {
  const { client, sent } = stubClient<EventBridgeClient>(answers);
  return { events: new EventBridgeEvents(client, 'ours'), sent };
};
const event = { detailType: 'Workspace Archived', at: NOW + 0.5, detail: { version: '1', id: 'a' } };

test('each event is an entry, with our source and its own time', async () => {
  const { events: bus, sent } = events({
    PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }),
  });
  expect(await bus.put([event])).toEqual([]);
  expect(sent[0]?.input).toEqual({
    Entries: [
      {
        EventBusName: 'ours',
        Source: 'workspace-cleanup',
        DetailType: 'Workspace Archived',
        Time: new Date((NOW + 0.5) * 1_000),
        Detail: '{"version":"1","id":"a"}',
      },
    ],
  });
});

test('those that were refused, or have no answer, are told', async () => {
  const Entries = [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }];
  const { events: bus } = events({ PutEvents: () => ({ FailedEntryCount: 1, Entries }) });
  expect(await bus.put([event, event, event])).toEqual([1, 2]);
});

test('throttling of the whole call says so', async () => {
  const { events: bus } = events({
    PutEvents: () => {
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    },
  });
  await expect(bus.put([event])).rejects.toThrow(
    'EventBridge throttles PutEvents, try again in some seconds',
  );
});
