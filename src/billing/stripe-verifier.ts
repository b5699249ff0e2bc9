import { createHash } from 'node:crypto';
import Stripe from 'stripe';
import { BadInputError } from '../core/errors.ts';
import type { WebhookVerifier } from '../ports.ts';

/** Checks Stripe's signature on the raw body. Signatures older than five minutes are refused. */
export function stripeVerifier(secret: string): WebhookVerifier {
  return {
    verify(body, headers) {
      const signature = headers['stripe-signature'];
      if (!signature) throw new BadInputError('header stripe-signature is missing', 401);
      try {
        const payload: unknown = Stripe.webhooks.constructEvent(body, signature, secret);
        return {
          payload,
          messageId: '',
          delivery: createHash('sha256').update(signature).digest('hex').slice(0, 32),
        };
      } catch (error) {
        if (error instanceof SyntaxError) throw new BadInputError('the body is not JSON');
        if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
          throw new BadInputError(`stripe-signature is not valid: ${error.message.split('.')[0]}`, 401);
        }
        // e.g. an event of the second version of Stripe's API, which says so.
        throw new BadInputError(`the body is no event that is understood here: ${error}`);
      }
    },
  };
}
