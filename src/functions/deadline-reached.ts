import { deadlineReached as handle, type WakeUpResult } from '../handlers/deadline-reached.ts';
import { CONVERGING, convergingOf } from './converging.ts';
import { defineFunction } from './definition.ts';

export const deadlineReached = defineFunction({
  parts: [...CONVERGING, 'policy'],
  services: ['dynamodb', 'scheduler', 'ecs', 'efs', 'lambda'],
  create(configuration, world): (event: unknown) => Promise<WakeUpResult> {
    const ports = convergingOf(configuration, world);
    return (event) => handle(event, configuration.policy, ports);
  },
});
