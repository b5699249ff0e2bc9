import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { resume as handle } from '../handlers/resume.ts';
import { CONVERGING, convergingOf } from './converging.ts';
import { defineFunction, type HttpFunction } from './definition.ts';
import { LAUNCHING, tokensOf } from './launching.ts';

export const resume = defineFunction({
  parts: [...CONVERGING, ...LAUNCHING, 'policy'],
  services: ['dynamodb', 'scheduler', 'ecs', 'efs', 'lambda', 'secrets'],
  create(configuration, world): HttpFunction {
    const ports = {
      ...convergingOf(configuration, world),
      tokens: tokensOf(configuration, world.clients, world.clock),
      installation: configuration,
    };
    return async (event) => toHttpResponse(await handle(readHttpEvent(event), configuration.policy, ports));
  },
});
