import { overdueCheck as handle } from '../handlers/overdue-check.ts';
import { defineFunction } from './definition.ts';
import { RELEASING, releasingOf } from './releasing.ts';

export const overdueCheck = defineFunction({
  parts: RELEASING,
  services: ['dynamodb', 'scheduler'],
  create(configuration, world): () => Promise<number> {
    const ports = releasingOf(configuration, world);
    return () => handle(ports);
  },
});
