import { workspacesOf } from '../aws/configured-tables.ts';
import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { report as handle } from '../handlers/report.ts';
import { defineFunction, type HttpFunction } from './definition.ts';
import { tokensOf } from './launching.ts';
import { WORKSPACES } from './tables.ts';

export const report = defineFunction({
  parts: [...WORKSPACES, 'tokens'],
  services: ['dynamodb', 'secrets'],
  create(configuration, { clients, clock, observer }): HttpFunction {
    const ports = {
      workspaces: workspacesOf(configuration, clients),
      tokens: tokensOf(configuration, clients, clock),
      clock,
      observer,
    };
    return async (event) => toHttpResponse(await handle(readHttpEvent(event), ports));
  },
});
