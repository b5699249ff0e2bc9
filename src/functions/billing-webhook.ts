import { DynamoDBAccounts } from '../aws/dynamodb-accounts.ts';
import { readHttpEvent, toHttpResponse } from '../aws/http-events.ts';
import { standardVerifier } from '../billing/standard-verifier.ts';
import { billingWebhook as handle } from '../handlers/billing-event.ts';
import { defineFunction, type HttpFunction } from './definition.ts';

export const billingWebhook = defineFunction({
  parts: ['clientAccountsTable', 'billingWebhookSecret'],
  services: ['dynamodb'],
  create(configuration, { clients, clock, observer }): HttpFunction {
    const secret = configuration.billingWebhookSecret;
    const ports = {
      accounts: new DynamoDBAccounts(clients.dynamodb, configuration.clientAccountsTable),
      verifier: secret === undefined ? undefined : standardVerifier(secret),
      clock,
      observer,
    };
    return async (event) => toHttpResponse(await handle(readHttpEvent(event), ports));
  },
});
