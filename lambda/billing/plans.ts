import type { APIGatewayProxyResult } from 'aws-lambda';
import type { PriceEntry } from '../../lib/private/catalogue';
import { json } from '../adapters/api-gateway';
import type { BillingDependencies, BillingRequest } from './request';

/** `GET plans`: what is sold. It is the same for everybody, so it may be kept for a minute. */
export async function listPlans(
  { billingUrl }: BillingRequest,
  { catalogue, billing }: BillingDependencies,
): Promise<APIGatewayProxyResult> {
  const body = {
    plans: catalogue.plans.map(({ id, name, quota, price }) => ({ id, name, quota, price: publicPrice(price) })),
    topUps: catalogue.topUps.map(({ id, name, units, price }) => ({ id, name, units, price: publicPrice(price) })),
    defaultPlan: catalogue.defaultPlan,
    checkout: { method: 'POST', url: `${billingUrl}/checkout`, body: [{ plan: 'id' }, { topUp: 'id' }] },
    ...(billing.signUp.kind === 'open' && { signUp: { method: 'POST', url: `${billingUrl}/sign-up` } }),
  };
  return json(200, body, { 'Cache-Control': 'public, max-age=60' });
}

/** Null for what is free; a price that only Stripe knows is shown at checkout. */
function publicPrice(price: PriceEntry | undefined): Omit<PriceEntry, 'stripePrice'> | { atCheckout: true } | null {
  if (price === undefined) {
    return null;
  }
  const { amount, currency, interval } = price;
  return price.stripePrice === undefined ? { amount, currency, interval } : { atCheckout: true };
}
