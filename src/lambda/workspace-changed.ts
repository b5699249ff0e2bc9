import { dynamodb, scheduler } from '../aws/clients.ts';
import { workspaceChanged } from '../functions/workspace-changed.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(workspaceChanged, { dynamodb, scheduler });
