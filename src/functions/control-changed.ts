import { readStreamEvent, toBatchResponse } from '../aws/stream-records.ts';
import { controlChanged as handle } from '../handlers/control-changed.ts';
import { defineFunction, type StreamFunction } from './definition.ts';
import { RELEASING, releasingOf } from './releasing.ts';

export const controlChanged = defineFunction({
  parts: RELEASING,
  services: ['dynamodb', 'scheduler'],
  create(configuration, world): StreamFunction {
    const ports = releasingOf(configuration, world);
    return async (event) => toBatchResponse(await handle(readStreamEvent(event), ports));
  },
});
