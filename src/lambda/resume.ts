import { dynamodb, ecs, efs, lambda, scheduler, secrets } from '../aws/clients.ts';
import { resume } from '../functions/resume.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(resume, { dynamodb, ecs, efs, lambda, scheduler, secrets });
