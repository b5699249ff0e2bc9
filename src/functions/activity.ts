import { workspacesOf } from '../aws/configured-tables.ts';
import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { activity as handle } from '../handlers/activity.ts';
import { defineFunction, type HttpFunction } from './definition.ts';
import { WORKSPACES } from './tables.ts';

export const activity = defineFunction({
  parts: WORKSPACES,
  services: ['dynamodb'],
  create(configuration, { clients, clock, observer }): HttpFunction {
    const ports = { workspaces: workspacesOf(configuration, clients), clock, observer };
    return async (event) => toHttpResponse(await handle(readHttpEvent(event), ports));
  },
});
