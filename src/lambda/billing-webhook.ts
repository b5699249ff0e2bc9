import { dynamodb } from '../aws/clients.ts';
import { billingWebhook } from '../functions/billing-webhook.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(billingWebhook, { dynamodb });
