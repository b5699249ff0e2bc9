import { dynamodb } from '../aws/clients.ts';
import { activity } from '../functions/activity.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(activity, { dynamodb });
