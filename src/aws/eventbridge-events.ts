import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Events, OutgoingEvent } from '../ports.ts';
import { explainingThrottling } from './service-errors.ts';

/** What all events of this system have as their source. */
export const EVENT_SOURCE = 'workspace-cleanup';

/** Events on a bus of EventBridge. */
export class EventBridgeEvents implements Events {
  private readonly client: EventBridgeClient;
  private readonly bus: string;

  constructor(client: EventBridgeClient, bus: string) {
    this.client = client;
    this.bus = bus;
  }

  async put(events: readonly OutgoingEvent[]): Promise<number[]> {
    const Entries = events.map(({ detailType, at, detail }) => ({
      EventBusName: this.bus,
      Source: EVENT_SOURCE,
      DetailType: detailType,
      Time: new Date(at * 1_000),
      Detail: JSON.stringify(detail),
    }));
    const answer = await explainingThrottling(
      'EventBridge throttles PutEvents',
      this.client.send(new PutEventsCommand({ Entries })),
    );
    // One that has no answer counts as refused.
    return events.flatMap((_, index) => (answer.Entries?.[index]?.EventId === undefined ? [index] : []));
  }
}
