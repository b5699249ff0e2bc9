import { purge } from '../functions/purge.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(purge, {});
