import { dynamodb, secrets } from '../aws/clients.ts';
import { report } from '../functions/report.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(report, { dynamodb, secrets });
