/** A shared payment token, as the seller to whom it was granted sees it. A preview, which Stripe's library has no type of. */
export interface GrantedToken {
  /** `spt_…` */
  readonly id: string;
  readonly object: 'shared_payment.granted_token';
  readonly created: number;
  readonly deactivated_at: number | null;
  readonly deactivated_reason: 'consumed' | 'expired' | 'revoked' | null;
  readonly livemode: false;
  readonly payment_method_details: {
    readonly type: 'card';
    readonly card: { readonly brand: string; readonly last4: string };
  };
  readonly shared_metadata: Readonly<Record<string, string>>;
  readonly usage_details: { readonly amount_captured: { readonly currency: string; readonly value: number } };
  readonly usage_limits: {
    readonly currency: string;
    readonly expires_at: number | null;
    readonly max_amount: number;
  };
  /** The test payment method that it was made from: what a charge of it comes to. Stripe keeps that to itself. */
  readonly payment_method: string;
}

export interface GrantedTokenDetails {
  readonly id: string;
  readonly created: number;
  readonly paymentMethod: string;
  readonly limits: GrantedToken['usage_limits'];
}

export function newGrantedToken({ id, created, paymentMethod, limits }: GrantedTokenDetails): GrantedToken {
  return {
    id,
    object: 'shared_payment.granted_token',
    created,
    deactivated_at: null,
    deactivated_reason: null,
    livemode: false,
    payment_method_details: { type: 'card', card: { brand: 'visa', last4: '4242' } },
    shared_metadata: {},
    usage_details: { amount_captured: { currency: limits.currency, value: 0 } },
    usage_limits: limits,
    payment_method: paymentMethod,
  };
}

export function deactivated(token: GrantedToken, reason: 'expired' | 'revoked', at: number): GrantedToken {
  return { ...token, deactivated_at: at, deactivated_reason: reason };
}

/** A token pays once: what it was granted for is bought then, however much of its amount is left. */
export function consumed(token: GrantedToken, amount: number, at: number): GrantedToken {
  const amount_captured = { currency: token.usage_limits.currency, value: amount };
  return { ...token, deactivated_at: at, deactivated_reason: 'consumed', usage_details: { amount_captured } };
}
