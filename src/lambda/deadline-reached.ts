import { dynamodb, ecs, efs, lambda, scheduler } from '../aws/clients.ts';
import { deadlineReached } from '../functions/deadline-reached.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(deadlineReached, { dynamodb, ecs, efs, lambda, scheduler });
