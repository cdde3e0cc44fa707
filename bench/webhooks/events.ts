import Stripe from 'stripe';

/** What the demo's stand-in for Stripe signs with: it opens nothing but this machine's own loopback. */
const SECRET = 'whsec_local';

/** Packs that a customer buys at the same time. */
const PACKS_EACH = 4;

export const UNITS = 1_000;

/** A pack that is paid for, and the event that tells so. */
export interface Purchase {
  readonly customer: string;
  readonly event: Stripe.Event;
}

/** Paid packs, a few of each customer, none of whom has been seen before. */
export function purchases(paywall: string, count: number, round: string): Purchase[] {
  return Array.from({ length: count }, (_, index) => {
    const customer = `${round}c${Math.floor(index / PACKS_EACH)}`;
    const session = {
      id: `cs_test_${round}${index}`,
      object: 'checkout.session',
      mode: 'payment',
      status: 'complete',
      payment_status: 'paid',
      payment_intent: `pi_${round}${index}`,
      amount_total: 500,
      currency: 'usd',
      customer: `cus_${customer}`,
      customer_details: { email: `${customer}@example.com`, name: 'Ada Lovelace' },
      subscription: null,
      metadata: { paywall, customer, topUp: '1k', units: String(UNITS) },
    };
    const event = {
      id: `evt_${round}${index}`,
      object: 'event',
      api_version: Stripe.API_VERSION,
      created: Math.floor(Date.now() / 1_000),
      livemode: false,
      pending_webhooks: 1,
      type: 'checkout.session.completed',
      data: { object: session },
    };
    return { customer, event: event as unknown as Stripe.Event };
  });
}

/** An event as Stripe posts it. */
export interface Delivery {
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
}

export function signed({ event }: Purchase): Delivery {
  const payload = JSON.stringify(event, undefined, 2);
  return {
    payload,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Stripe-Signature': Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET }),
    },
  };
}
