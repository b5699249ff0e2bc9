import { events } from '../aws/clients.ts';
import { publishEvents } from '../functions/publish-events.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(publishEvents, { events });
