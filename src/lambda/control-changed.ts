import { dynamodb, scheduler } from '../aws/clients.ts';
import { controlChanged } from '../functions/control-changed.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(controlChanged, { dynamodb, scheduler });
