import { dynamodb } from '../aws/clients.ts';
import { stripeWebhook } from '../functions/stripe-webhook.ts';
import { entryPoint } from './entry-point.ts';

export const handler = entryPoint(stripeWebhook, { dynamodb });
