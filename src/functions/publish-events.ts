import { EventBridgeEvents } from '../aws/eventbridge-events.ts';
import { readStreamEvent, toBatchResponse } from '../aws/stream-records.ts';
import { publishEvents as handle } from '../handlers/publish-events.ts';
import { defineFunction, type StreamFunction } from './definition.ts';

export const publishEvents = defineFunction({
  parts: ['eventBus'],
  services: ['events'],
  create({ eventBus }, { clients, observer }): StreamFunction {
    const ports = { events: new EventBridgeEvents(clients.events, eventBus), observer };
    return async (event) => toBatchResponse(await handle(readStreamEvent(event), ports));
  },
});
