import { MountedHomes } from '../aws/mounted-homes.ts';
import type { PurgeAnswer } from '../core/purge-request.ts';
import { purge as handle } from '../handlers/purge.ts';
import { defineFunction } from './definition.ts';

/** The only function that has homes mounted, and it has no other permission. */
export const purge = defineFunction({
  parts: ['filesRoot'],
  services: [],
  create({ filesRoot }, { clock, observer }): (event: unknown) => Promise<PurgeAnswer> {
    const ports = { homes: new MountedHomes(filesRoot), clock, observer };
    return (event) => handle(event, ports);
  },
});
