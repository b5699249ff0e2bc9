import { dynamodb, ecs, efs, scheduler, secrets } from '../aws/clients.ts';
import { provision } from '../functions/provision.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(provision, { dynamodb, ecs, efs, scheduler, secrets });
