import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { stripeVerifier } from '../billing/stripe-verifier.ts';
import { stripeWebhook as handle } from '../handlers/billing-event.ts';
import { defineFunction, type HttpFunction } from './definition.ts';

export const stripeWebhook = defineFunction({
  parts: ['clientAccountsTable', 'stripeWebhookSecret', 'priceTiers'],
  services: ['dynamodb'],
  create(configuration, { clients, clock, observer }): HttpFunction {
    const secret = configuration.stripeWebhookSecret;
    const ports = {
      accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
      verifier: secret === undefined ? undefined : stripeVerifier(secret),
      clock,
      observer,
    };
    return async (event) =>
      toHttpResponse(await handle(readHttpEvent(event), configuration.priceTiers, ports));
  },
});
