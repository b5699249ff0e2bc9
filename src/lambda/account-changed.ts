import { dynamodb } from '../aws/clients.ts';
import { accountChanged } from '../functions/account-changed.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(accountChanged, { dynamodb });
