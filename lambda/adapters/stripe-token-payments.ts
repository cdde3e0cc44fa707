import Stripe from 'stripe';
import type { PaymentRefusal } from '../domain/agent-payment';
import { log } from './log';
import type { StripeConnection } from './stripe-client';

/** A payment by a shared payment token. */
export interface TokenPayment {
  /** In the currency's minor unit. */
  readonly amount: number;
  readonly currency: string;
  /** `spt_…` */
  readonly token: string;
  readonly description: string;
  readonly metadata: Stripe.MetadataParam;
  readonly idempotencyKey: string;
}

/** What Stripe or a bank refuses; the rest is ours to refuse. */
type TokenRefusal = Exclude<PaymentRefusal, 'terms_changed' | 'too_many'>;

export type TokenCharge =
  | { readonly outcome: 'paid'; readonly intent: string; readonly paidAt: string }
  | { readonly outcome: TokenRefusal };

export interface TokenPayments {
  /** It throws where it cannot be told whether the token was charged, or where that is not the token's fault. */
  charge(payment: TokenPayment): Promise<TokenCharge>;
}

/** Shared payment tokens are a preview: their parameters are known to versions of this kind alone. */
const PREVIEW_VERSION = '2026-07-29.preview';

/** Milliseconds; with one retry, within what the authorizer waits for. */
const TIMEOUT = 5_000;

type Params = Stripe.PaymentIntentCreateParams & { readonly shared_payment_granted_token: string };

/** Payments by shared payment tokens at Stripe. https://docs.stripe.com/agentic-commerce/concepts/shared-payment-tokens */
export class StripeTokenPayments implements TokenPayments {
  constructor(private readonly stripe: StripeConnection) {}

  public async charge({ token, idempotencyKey, ...payment }: TokenPayment): Promise<TokenCharge> {
    const client = await this.stripe.client();
    const params: Params = {
      ...payment,
      confirm: true,
      // Nobody is there to be sent to a page.
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      shared_payment_granted_token: token,
    };
    try {
      const intent = await client.paymentIntents.create(params, {
        idempotencyKey,
        apiVersion: PREVIEW_VERSION,
        timeout: TIMEOUT,
        maxNetworkRetries: 1,
      });
      return outcomeOf(intent);
    } catch (error) {
      return { outcome: refusalOf(error) };
    }
  }
}

function outcomeOf({ id, status, created }: Stripe.PaymentIntent): TokenCharge {
  switch (status) {
    case 'succeeded':
      return { outcome: 'paid', intent: id, paidAt: new Date(created * 1000).toISOString() };
    case 'requires_action':
    case 'requires_confirmation':
      return { outcome: 'action_required' };
    case 'processing':
      return { outcome: 'pending' };
    default:
      return { outcome: 'declined' };
  }
}

/** What of Stripe's errors is the payer's; the others are thrown on, as nobody has been charged or nobody can tell. */
function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof Stripe.errors.StripeCardError) {
    return error.code === 'authentication_required' ? 'action_required' : 'declined';
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    return 'challenge_used';
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    // Most likely the token's fault; but an account that may not take such tokens is told so in the same way. Stripe's message, which
    // quotes the token, is not logged.
    const { code = '', param = '', requestId = '' } = error;
    log('Stripe did not accept a shared payment token', { code, param, stripeRequestId: requestId });
    return 'token_refused';
  }
  throw error;
}
