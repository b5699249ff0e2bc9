import { dynamodb, scheduler } from '../aws/clients.ts';
import { overdueCheck } from '../functions/overdue-check.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(overdueCheck, { dynamodb, scheduler });
