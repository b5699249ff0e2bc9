import { createHash } from 'node:crypto';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { BadInputError } from '../core/errors.ts';
import type { WebhookVerifier } from '../ports.ts';

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;

/** Checks a Standard Webhooks signature. Timestamps more than five minutes off are refused. */
export function standardVerifier(secret: string): WebhookVerifier {
  const webhook = new Webhook(secret);
  return {
    verify(body, headers) {
      const given: Record<string, string> = {};
      for (const name of HEADERS) {
        const value = headers[name];
        if (!value) throw new BadInputError(`header ${name} is missing`, 401);
        given[name] = value;
      }
      try {
        const payload = webhook.verify(body, given);
        return {
          payload,
          messageId: given['webhook-id'] ?? '',
          delivery: createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 32),
        };
      } catch (error) {
        if (error instanceof SyntaxError) throw new BadInputError('the body is not JSON');
        if (error instanceof WebhookVerificationError) {
          throw new BadInputError(`webhook-signature is not valid: ${error.message}`, 401);
        }
        throw error;
      }
    },
  };
}
